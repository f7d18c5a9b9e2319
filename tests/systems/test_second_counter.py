"""Encoders' FLOPs by a second way: a formula, or fvcore where none is written down."""

import pytest
from transformers import AutoConfig

from asr_harness import systems
from asr_harness.systems import Checkpoint
from asr_harness.systems.base import Pass
from asr_harness.systems.hf import ctc, other_counters
from tests import tiny_families
from tests.checkpoints import TINY_CTC

ALL = tiny_families.CTC | tiny_families.TRANSDUCERS | tiny_families.ENCODER_DECODERS
PASSED_OVER = {"moonshine_streaming": 1e-3, "seamless_m4t": 2e-3, "lasr_ctc": 2e-2}
"""What fvcore has no rule for, as a share of the whole: such as convolutions with padding "same"."""


@pytest.mark.parametrize("model_type", ctc.FAMILY.model_types)
def test_the_formula_is_the_count_for_each_of_wav2vec2s_kin(model_type: str) -> None:
    config = AutoConfig.for_model(model_type, **TINY_CTC)
    network_pass = Pass("encode", 2, 32_000)
    assert ctc.WORK.closed_form(config, network_pass) == ctc.WORK.flops(config).of(network_pass)


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")  # fvcore's tracer warns of every Python value
@pytest.mark.parametrize("name", ALL)
def test_fvcore_counts_the_same_but_for_norms(name: str) -> None:
    checkpoint = Checkpoint("tiny", ALL[name])
    family = systems.find_family(checkpoint)
    model = family.build(checkpoint, device="cpu", dtype="float32", attention="eager").eval()
    count = other_counters.fvcore(family.work.parts(model)["encode"], family.work.example_input(model))
    encode = next(iter(family.work.examples(model.config).values()))
    ours = family.work.flops(model.config).of(encode)
    assert count.flops - count.norms == pytest.approx(ours, rel=PASSED_OVER.get(name, 1e-9))
