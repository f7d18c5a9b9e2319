"""Checkpoints in a runtime's own format: converted once by the runtime's own converter, kept in the cache.

A conversion's folder is named by what decides its content: the checkpoint's files, the converter with its
version, and the format. It is made in a process of its own, so that what the converter allocates is not
in the memory of the process that measures.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness import cache
from asr_harness.errors import ModelError
from asr_harness.systems.checkpoints import weight_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from asr_harness.systems.checkpoints import Checkpoint

FACTS = "asr-harness.json"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Conversion:
    """A checkpoint in a runtime's format.

    `weights_fingerprint` is that of the checkpoint, as transformers loads it; `fingerprint` is of the
    converted files.
    """

    folder: Path
    weights_fingerprint: str
    fingerprint: str


def converted(
    checkpoint: Checkpoint, *, converter: str, versions: Mapping[str, str | None], settings: Mapping[str, str]
) -> Conversion:
    """Give a checkpoint as `converter`, a `module:function`, makes it, from the cache if it is there.

    The function is called as `function(checkpoint_folder, target_folder, **settings)`.
    Raises ModelError with the converter's own words where it fails.
    """
    if checkpoint.path is None:
        raise ModelError(f"{checkpoint.name!r} has no files to convert")
    identity = {"converter": converter, "versions": dict(versions), "settings": dict(settings)}
    files = hash_files(_inputs(checkpoint.path))
    key = hashlib.sha256(json.dumps([files, identity], sort_keys=True).encode()).hexdigest()[:32]
    folder = cache.build_folder(
        cache.root() / "conversions" / key, lambda target: _convert(checkpoint, target, converter, settings)
    )
    facts = json.loads((folder / FACTS).read_text("utf-8"))
    return Conversion(folder, facts["weights"], facts["files"])


def _convert(checkpoint: Checkpoint, target: Path, converter: str, settings: Mapping[str, str]) -> None:
    task = {
        "name": checkpoint.name, "path": str(checkpoint.path), "target": str(target), "converter": converter,
        "settings": dict(settings),
    }  # fmt: skip
    command = [sys.executable, "-m", "asr_harness.systems.convert", json.dumps(task)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise ModelError(
            f"{converter} cannot convert {checkpoint.name!r} at {checkpoint.path}: "
            f"{lines[-1] if lines else f'exit status {done.returncode}'}"
        )


def _inputs(path: Path) -> list[Path]:
    """List what a converter may read: the weights, and the JSON files beside them."""
    return [*weight_files(path), *sorted(path.glob("*.json")), *sorted(path.glob("*.txt"))]


def hash_folder(folder: Path) -> str:
    """Hash the files of a folder, by name."""
    return hash_files(sorted(file for file in folder.rglob("*") if file.is_file()))


def hash_files(files: Iterable[Path]) -> str:
    """Hash files and their names, in order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
