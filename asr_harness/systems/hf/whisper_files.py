"""What Whisper needs beside its weights, and what of it has to fit the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.errors import ModelError
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.checkpoints import read_json
from asr_harness.systems.hf import beside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GENERATION_FILE = "generation_config.json"
ALWAYS = ("decoder_start_token_id", "eos_token_id", "no_timestamps_token_id")
MULTILINGUAL = ("lang_to_id", "task_to_id")
DEFAULT_MEL_BINS, DEFAULT_POSITIONS = 80, 1500
DEFAULT_CHUNK_S, DEFAULT_HOP = 30, 160
"""What transformers takes for what its configurations leave out."""


def check_extractor(path: Path, config: Mapping[str, Any]) -> None:
    """Raise ModelError where the extractor's mel bins or its window are not the model's."""
    settings = beside.extractor_settings(path)
    mel_bins = config.get("num_mel_bins", DEFAULT_MEL_BINS)
    file = path / beside.EXTRACTOR_FILE
    beside.check_equal(
        file, "feature_size", settings.get("feature_size", DEFAULT_MEL_BINS), mel_bins, "num_mel_bins"
    )
    hop, chunk_s = settings.get("hop_length", DEFAULT_HOP), settings.get("chunk_length", DEFAULT_CHUNK_S)
    if not all(isinstance(value, int | float) and value > 0 for value in (hop, chunk_s)):
        raise ModelError(f"{file} has hop_length {hop!r} and chunk_length {chunk_s!r}; they are above 0")
    frames = chunk_s * SAMPLE_RATE_HZ / hop
    positions = config.get("max_source_positions", DEFAULT_POSITIONS)
    beside.check_equal(file, "frames in a window", frames, 2 * positions, "max_source_positions")


def check_generation_config(path: Path) -> None:
    """Raise ModelError where it is absent or incomplete: then `generate` decodes otherwise, or not at all."""
    beside.require(path, "generation config, without which its words are other words", (GENERATION_FILE,))
    settings = read_json(path, GENERATION_FILE)
    needed = (*ALWAYS, *MULTILINGUAL) if settings.get("is_multilingual") else ALWAYS
    missing = [name for name in needed if settings.get(name) is None]
    if missing:
        raise ModelError(
            f"{path / GENERATION_FILE} lacks {', '.join(missing)}: copy the file from the checkpoint that "
            "this one was trained from"
        )
