"""Checkpoints in ggml's format, by the converter of whisper.cpp's own sources, which no wheel brings.

The source distribution of pywhispercpp holds them: `pip download --no-deps --no-binary pywhispercpp
pywhispercpp`, unpacked; the environment variable `ASR_HARNESS_WHISPER_CPP` then names its whisper.cpp folder.
A `ggml-model.bin` beside the checkpoint's weights, as the converter names it, is taken as it is.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from asr_harness.errors import UnavailableError
from asr_harness.systems.checkpoints import Checkpoint, weight_files
from asr_harness.systems.conversions import Conversion, converted, hash_files

VARIABLE = "ASR_HARNESS_WHISPER_CPP"
SCRIPT = Path("models/convert-h5-to-ggml.py")
GGML = "ggml-model.bin"
VOCABULARIES = (51864, 51865, 51866)
"""Sizes of Whisper's vocabularies, by which the engine knows its special tokens."""


def check_ggml(checkpoint: Checkpoint) -> None:
    """Raise UnavailableError where there is neither a ggml file nor its converter, saying how to get one."""
    if _given(checkpoint) is None:
        _script()


def to_ggml(checkpoint: Checkpoint) -> tuple[Conversion, Path]:
    """Give the checkpoint as ggml: the file beside it, or one converted once into the cache.

    A file beside it may hold other weights, so it is what the weights are known by.
    """
    given = _given(checkpoint)
    if given is not None:
        digest = hash_files([given])
        return Conversion(given.parent, f"ggml-{digest}", digest), given
    script = hashlib.sha256(_script().read_bytes()).hexdigest()
    conversion = converted(
        checkpoint, converter=f"{__name__}:convert", versions={SCRIPT.name: script}, settings={}
    )
    return conversion, conversion.folder / GGML


def convert(source: Path, target: Path) -> None:
    """Run whisper.cpp's converter; it takes mel filters from a folder laid out as openai/whisper's."""
    from transformers import WhisperFeatureExtractor

    filters = WhisperFeatureExtractor.from_pretrained(source).mel_filters
    with TemporaryDirectory() as made:
        model, assets = Path(made) / "model", Path(made) / "whisper" / "assets"
        model.mkdir()
        assets.mkdir(parents=True)
        for file in (*weight_files(source), *source.glob("*.json"), *source.glob("*.txt")):
            (model / file.name).symlink_to(file.resolve())
        if not (model / "added_tokens.json").exists():  # it is read, and not used
            (model / "added_tokens.json").write_text("{}", "utf-8")
        bands = {f"mel_{filters.shape[1]}": np.asarray(filters, np.float32).T}
        np.savez(assets / "mel_filters.npz", **bands)  # type: ignore[arg-type]
        command = [sys.executable, str(_script()), str(model), made, str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - as the user says
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else str(done.returncode))


def _given(checkpoint: Checkpoint) -> Path | None:
    file = None if checkpoint.path is None else checkpoint.path / GGML
    return file if file is not None and file.exists() else None


def _script() -> Path:
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise UnavailableError(
            f"whisper.cpp needs {GGML} beside the checkpoint, or {VARIABLE}=FOLDER with whisper.cpp's "
            "sources, whose converter makes one: `pip download --no-deps --no-binary pywhispercpp "
            "pywhispercpp`, unpacked, holds them in whisper.cpp/"
        )
    script = Path(folder).expanduser() / SCRIPT
    if not script.exists():
        raise UnavailableError(f"{VARIABLE}={folder} holds no {SCRIPT}: name whisper.cpp's sources")
    return script
