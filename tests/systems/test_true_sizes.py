"""Every family has dummy weights at true size: their numbers of parameters are the published ones."""

import pytest

from asr_harness import systems
from asr_harness.systems import FAMILIES

PUBLISHED_MILLIONS = {
    "facebook/wav2vec2-base-960h": 95,
    "facebook/wav2vec2-large-960h-lv60-self": 317,
    "facebook/hubert-large-ls960-ft": 317,
    "patrickvonplaten/wavlm-libri-clean-100h-base-plus": 94.7,
    "facebook/data2vec-audio-base-960h": 93.2,
    "microsoft/unispeech-1350-en-17h-ky-ft-1h": 317,
    "microsoft/unispeech-sat-base-100h-libri-ft": 94.7,
}
"""wav2vec 2.0, HuBERT, WavLM, data2vec and UniSpeech-SAT as their papers say."""


@pytest.mark.parametrize(("name", "millions"), PUBLISHED_MILLIONS.items())
def test_a_dummy_has_the_published_size(name: str, millions: float) -> None:
    checkpoint = systems.find_checkpoint(name, "dummy")
    family = systems.find_family(checkpoint)
    model = family.build(checkpoint, device="meta", dtype="float32", attention="eager")
    assert sum(parameter.numel() for parameter in model.parameters()) / 1e6 == pytest.approx(
        millions, rel=0.02
    )


def test_every_model_type_has_one() -> None:
    for family in FAMILIES.all().values():
        types = {config["model_type"] for config in family.architectures.values()}
        assert types == set(family.model_types), family.name
