"""How a system is run: settings that are typed, and refused where nobody knows them."""

from __future__ import annotations

import pytest

from asr_harness import systems
from asr_harness.errors import GridError, UnavailableError
from asr_harness.systems import BASELINE, Variant


def test_no_settings_are_the_baseline() -> None:
    assert Variant.from_settings({}) == BASELINE == Variant()
    assert BASELINE.settings() == {}


def test_settings_come_back_as_they_were_given() -> None:
    settings = {"dtype": "float16", "beams": 5, "loud": True}
    variant = Variant.from_settings(settings)
    assert variant == Variant(dtype="float16", beams=5, own={"loud": True})
    assert variant.settings() == settings


def test_only_what_differs_from_the_baseline_is_a_setting_of_a_variant_made_here() -> None:
    assert Variant(beams=1, quantisation="int8").settings() == {"quantisation": "int8"}


def test_a_default_that_was_given_is_kept_for_systems_that_have_another() -> None:
    assert Variant.from_settings({"beams": 1}).settings() == {"beams": 1}
    assert Variant.from_settings({"beams": 1}) == BASELINE


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dtype": "fp16"}, "dtype is 'fp16'; it has to be one of float32, float16, bfloat16"),
        ({"dtype": 16}, "dtype is 16"),
        ({"attention": None}, "attention is None; it has to be text"),
        ({"beams": "5"}, "beams is '5'; it has to be a whole number above 0"),
        ({"beams": True}, "beams is True"),
        ({"beams": 0}, "beams is 0"),
        ({"max_new_tokens": 1.5}, "max_new_tokens is 1.5; it has to be a whole number above 0, or None"),
        ({"quantisation": 8}, "quantisation is 8; it has to be text, or None"),
        ({"compile_encoder": 1}, "compile_encoder is 1; it has to be True or False"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_the_right_kind(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(GridError, match=message):
        Variant.from_settings(settings)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        (
            "openai/whisper-tiny",
            {"chunks": 3},
            (
                r"openai/whisper-tiny cannot run with chunks=3: the family whisper \(autoregressive\) "
                "knows assistant, attention, audio_context, batching, beams"
            ),
        ),
        (
            "facebook/wav2vec2-base-960h",
            {"cache": "static", "beams": 5, "dtype": "float16"},
            (
                r"cannot run with beams=5, cache='static': the family wav2vec2 \(CTC best path\) knows "
                "attention, compile_encoder, dtype, encoder_stride, prune_encoder, quantisation"
            ),
        ),
        (
            "openai/whisper-tiny",
            {"dtype": "int4"},
            r"dtype='int4': .* computes in float32, float16, bfloat16",
        ),
    ],
)
def test_a_setting_that_a_family_does_not_know_is_unavailable_with_what_it_knows(
    name: str, settings: dict[str, object], message: str
) -> None:
    variant = Variant.from_settings(settings)
    with pytest.raises(UnavailableError, match=message):
        systems.load(name, device="cpu", weights="dummy", variant=variant)
    with pytest.raises(UnavailableError, match=message):
        systems.estimate_cost(name, weights="dummy", batch_size=1, audio_s=5.0, variant=variant)


def test_an_unknown_setting_at_its_default_is_no_matter() -> None:
    variant = Variant.from_settings({"beams": 1, "max_new_tokens": None})
    systems.load("asr-harness/ctc-mini", device="cpu", weights="dummy", variant=variant)
