"""Distil-Whisper by name: its teachers' encoders, and two layers of decoder (Gandhi et al., 2023)."""

from pathlib import Path

import pytest
import torch
from transformers import WhisperConfig

from asr_harness import systems
from asr_harness.measure import transcribe
from asr_harness.systems import Variant
from asr_harness.systems.base import Pass
from asr_harness.systems.checkpoints import Checkpoint
from asr_harness.systems.hf import whisper
from asr_harness.systems.hf.whisper_vocabulary import stand_in_tokenizer
from tests import checkpoints as tiny
from tests.conftest import noise

PUBLISHED_MILLIONS = {
    "distil-whisper/distil-small.en": 166,
    "distil-whisper/distil-medium.en": 394,
    "distil-whisper/distil-large-v2": 756,
    "distil-whisper/distil-large-v3": 756,
    "openai/whisper-large-v3": 1550,
}
"""By the tables of the models' cards."""


@pytest.mark.parametrize(("name", "millions"), PUBLISHED_MILLIONS.items())
def test_a_dummy_has_the_published_size(name: str, millions: int) -> None:
    checkpoint = systems.find_checkpoint(name, "dummy")
    model = whisper.FAMILY.build(checkpoint, device="meta", dtype="float32", attention="eager")
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    assert n_parameters / 1e6 == pytest.approx(millions, rel=0.01)


def test_it_is_its_teacher_with_two_layers_of_decoder() -> None:
    student, teacher = (
        dict(whisper.ARCHITECTURES[name])
        for name in ("distil-whisper/distil-large-v3", "openai/whisper-large-v3")
    )
    assert (student.pop("decoder_layers"), teacher.pop("decoder_layers")) == (2, 32)
    assert student == teacher


def test_its_decoder_costs_two_layers_and_the_projection_by_count_and_by_formula() -> None:
    config = WhisperConfig(**whisper.ARCHITECTURES["distil-whisper/distil-large-v3"])
    step = Pass("step", 1, 1, 10)
    counted = whisper.WORK.flops(config).of(step)
    assert counted == whisper.WORK.closed_form(config, step)
    layers = 2 * (12 * 1280**2 + 4 * (10 + 1 + 1500) * 1280 + 4 * 1280 * 5120)
    assert counted == layers + 2 * 1280 * 51_866


def test_a_checkpoint_of_the_hub_runs_as_whisper_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {**tiny.TINY_WHISPER, "encoder_layers": 4, "decoder_layers": 2}
    model = whisper.FAMILY.build(Checkpoint("tiny", config), device="cpu", dtype="float32", attention="sdpa")
    made = tmp_path / "made"
    model.save_pretrained(made)
    stand_in_tokenizer(WhisperConfig(**config)).save_pretrained(made)
    whisper.WhisperFeatureExtractor(feature_size=config["num_mel_bins"]).save_pretrained(made)
    tiny.publish(made, tmp_path / "hub", "distil-whisper/distil-tiny")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    systems.check_checkpoint("distil-whisper/distil-tiny", "pretrained")
    loaded = systems.load(
        "distil-whisper/distil-tiny", device="cpu", weights="pretrained", variant=Variant(max_new_tokens=8)
    )
    system = loaded.system
    assert isinstance(system, whisper.WhisperSystem)
    audio = [noise(2.0)]
    features = system.feature_extractor(
        audio, sampling_rate=16_000, return_tensors="pt", return_attention_mask=True
    )
    with torch.inference_mode():
        ids = system.model.generate(**features, **system.generate_kwargs)
    own = system.tokenizer.batch_decode(ids, skip_special_tokens=True)
    assert transcribe(system, audio).texts == tuple(own)
