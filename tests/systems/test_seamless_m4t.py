"""What is Seamless's alone: files with the weights of other tasks, and the language's token."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from asr_harness import systems
from asr_harness.errors import ModelError
from tests import checkpoints
from tests.tiny_families import ENCODER_DECODERS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return checkpoints.save(tmp_path, ENCODER_DECODERS["seamless_m4t_v2"])


def add(folder: Path, name: str) -> None:
    file = folder / "model.safetensors"
    save_file({**load_file(file), name: torch.zeros(2)}, file, metadata={"format": "pt"})


@pytest.mark.filterwarnings("ignore:TF32 acceleration on top of oneDNN:UserWarning")
def test_the_weights_of_other_tasks_may_be_there_and_no_others(folder: Path) -> None:
    add(folder, "vocoder.conv_pre.bias")
    systems.check_checkpoint(str(folder), "pretrained")
    systems.load(str(folder), device="cpu", weights="pretrained")
    add(folder, "speech_encoder.odd")
    with pytest.raises(ModelError, match=r"holds, unknown to the architecture, .*speech_encoder\.odd"):
        systems.check_checkpoint(str(folder), "pretrained")
    with pytest.raises(ModelError, match=r"unknown to the architecture, .*speech_encoder\.odd"):
        systems.load(str(folder), device="cpu", weights="pretrained")


def test_a_generation_config_without_english_is_refused(folder: Path) -> None:
    file = folder / "generation_config.json"
    settings = json.loads(file.read_text())
    assert settings["text_decoder_lang_to_code_id"] == {"eng": 5}
    file.write_text(json.dumps({**settings, "text_decoder_lang_to_code_id": {"deu": 6}}))
    with pytest.raises(ModelError, match="has no eng in text_decoder_lang_to_code_id"):
        systems.load(str(folder), device="cpu", weights="pretrained")
