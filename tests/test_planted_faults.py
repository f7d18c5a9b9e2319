"""Faults that a timing might miss move a deterministic counter."""

from pathlib import Path
from typing import Any

import pytest

from asr_harness import systems
from asr_harness.corpora.base import Utterance
from asr_harness.devices.instruments.clock import HostClock
from asr_harness.devices.instruments.operators import OperatorMeter
from asr_harness.measure.flops import stage_flops
from asr_harness.measure.rounds import Counts, SliceRunner
from asr_harness.schema.audio import Samples
from asr_harness.systems import Variant
from asr_harness.systems.hf import counting
from asr_harness.systems.hf.whisper_system import WhisperSystem
from tests.conftest import noise

NAME = "someone/whisper-tiny-test"


def load(**settings: Any) -> WhisperSystem:
    transcriber = systems.load(
        NAME, device="cpu", weights="dummy", variant=Variant.from_settings(settings)
    ).system
    assert isinstance(transcriber, WhisperSystem)
    return transcriber


def count(transcriber: WhisperSystem, samples: Samples | None = None) -> Counts:
    utterance = Utterance("u", "talk", "speaker", 0.0, 5.0, "", noise(5) if samples is None else samples)
    runner = SliceRunner(transcriber, [[utterance]], HostClock(), calibration=lambda: 0.0)
    return runner.warm_up(OperatorMeter()).counts


def flops(transcriber: WhisperSystem, work: Counts) -> dict[str, float]:
    return dict(stage_flops(work.passes or (), transcriber.flops))


@pytest.fixture
def healthy(hub_cache: Path) -> Counts:
    return count(load())


def test_counters_are_the_same_from_run_to_run(healthy: Counts) -> None:
    assert count(load()) == healthy


def test_a_decoder_without_its_cache_computes_the_past_again(healthy: Counts) -> None:
    transcriber = load()
    transcriber.generate_kwargs["use_cache"] = False
    work = count(transcriber)
    assert max(p.cache_bytes for p in work.passes or ()) == 0
    assert flops(transcriber, work)["decode"] > 3 * flops(transcriber, healthy)["decode"]


def test_eager_attention_dispatches_other_operators(healthy: Counts) -> None:
    eager = count(load(attention="eager"))
    assert (eager.operators or {})["encode"] > (healthy.operators or {})["encode"]


def test_an_extra_encoder_pass_is_counted(healthy: Counts) -> None:
    transcriber = load()
    once = transcriber.encode
    transcriber.encode = lambda features: (once(features), once(features))[1]  # type: ignore[method-assign]
    work = count(transcriber)
    assert [p.kind for p in work.passes or ()].count("encode") == 2
    assert (work.operators or {})["encode"] == 2 * (healthy.operators or {})["encode"]


def test_fp32_where_there_was_bf16_doubles_the_bytes_of_the_weights(hub_cache: Path) -> None:
    n_parameters, n_bytes = load().weights()
    assert load(dtype="bfloat16").weights() == (n_parameters, n_bytes / 2)


def test_int8_shrinks_the_bytes_of_the_linear_layers(hub_cache: Path) -> None:
    def layer_bytes(**settings: str) -> int:
        return counting.weights(load(**settings).model.get_encoder().layers[0].fc1)[1]

    # 32 × 16 weights and 32 biases; quantised, the biases stay in fp32, and each of 32 outputs has a scale in
    # fp32 and a zero point in int8.
    quantised = 32 * 16 + 4 * 32 + 4 * 32 + 32
    assert layer_bytes() == 4 * (32 * 16 + 32)
    assert layer_bytes(quantisation="int8") == layer_bytes(quantisation="int8-weights") == quantised


def test_padding_to_a_longer_length_is_counted(tmp_path: Path) -> None:
    ctc = systems.load("asr-harness/ctc-mini", device="cpu", weights="dummy").system
    with ctc.passes_recorded() as short:
        ctc.encode(ctc.preprocess([noise(2)]))
    with ctc.passes_recorded() as padded:
        ctc.encode(ctc.preprocess([noise(2), noise(4)]))
    assert ctc.flops(padded[0]) > 4 * ctc.flops(short[0])
