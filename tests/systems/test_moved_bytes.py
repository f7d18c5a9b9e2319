"""The fewest bytes that passes must move, by hand on tiny models."""

from pathlib import Path

import pytest

from asr_harness import systems
from asr_harness.systems.base import Pass
from asr_harness.systems.hf import counting
from asr_harness.systems.hf.system import HfSystem
from tests import checkpoints as tiny


def load(name: str) -> HfSystem:
    transcriber = systems.load(name, device="cpu", weights="pretrained").system
    assert isinstance(transcriber, HfSystem)
    return transcriber


def test_an_encoder_window_moves_its_weights_features_and_states(hub_cache: Path) -> None:
    transcriber = load("someone/whisper-tiny-test")
    weight_bytes = counting.weights(transcriber.model.get_encoder())[1]
    # Two rows of 8 mels × 3000 frames and 1500 states of width 16, in fp32.
    expected = weight_bytes + 2 * (8 * 3000 + 1500 * 16) * 4
    assert transcriber.moved_bytes(Pass("encode", 2, 3000)) == expected


def test_a_decoder_step_moves_its_weights_and_its_cache(hub_cache: Path) -> None:
    transcriber = load("someone/whisper-tiny-test")
    weight_bytes = counting.weights(transcriber.model.get_decoder())[1]
    assert transcriber.moved_bytes(Pass("step", 1, 1, 4, cache_bytes=1000)) == weight_bytes + 1000


def test_a_ctc_encoder_moves_its_first_convolution_both_ways(tmp_path: Path) -> None:
    transcriber = load(str(tiny.save_ctc(tmp_path)))
    weight_bytes = counting.weights(transcriber.model.base_model)[1]
    expected = weight_bytes + 3 * (16_000 + 2 * 8 * 200) * 4
    assert transcriber.moved_bytes(Pass("encode", 3, 16_000)) == expected


@pytest.mark.parametrize("name", ["whisper", "ctc"])
def test_the_dtype_is_named(name: str, tmp_path: Path) -> None:
    folder = tiny.save_whisper(tmp_path) if name == "whisper" else tiny.save_ctc(tmp_path)
    assert load(str(folder)).dtype == "float32"
