"""Checkpoints on this machine: a folder, one of the package's own, or a snapshot in the hub's cache."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asr_harness.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WEIGHT_PATTERNS = ("*.safetensors", "pytorch_model*.bin")
OWNER = "asr-harness"
PACKAGED = Path(__file__).parent.parent / "checkpoints"
"""The package's own checkpoints, known as `asr-harness/NAME`."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model's configuration and, unless its weights are dummies, the folder that holds them."""

    name: str
    config: Mapping[str, Any]
    path: Path | None = None

    @property
    def model_type(self) -> str:
        """The Hugging Face `model_type`, which picks the family."""
        return str(self.config["model_type"])

    @property
    def is_dummy(self) -> bool:
        """Whether the weights are random."""
        return self.path is None

    def weights_fingerprint(self) -> str:
        """Hash every weight file, or name the seed and shape of dummy weights."""
        if self.path is None:
            return f"dummy-seed0-{_sha256_of_text(json.dumps(dict(self.config), sort_keys=True))}"
        digests = [f"{file.name}:{_sha256_of_file(file)}" for file in weight_files(self.path)]
        return _sha256_of_text("\n".join(digests))


def find_pretrained(name: str) -> Checkpoint:
    """Find a checkpoint by folder, as one of the package's own or by hub id, without going online.

    Raises ModelError where it is absent, saying how to fetch it.
    """
    path = _locate(name)
    if path is None:
        raise ModelError(
            f"checkpoint {name!r} is neither a folder nor in the hub's cache; fetch it with "
            f"`hf download {name}`, or run with `--asr-weights dummy`, which needs no download"
        )
    if not weight_files(path):
        raise ModelError(
            f"checkpoint {name!r} at {path} holds no weights ({', '.join(WEIGHT_PATTERNS)}); "
            f"its download may be incomplete: `hf download {name}` completes it"
        )
    return Checkpoint(name, _read_config(path), path)


def find_architecture(name: str, known: Mapping[str, Mapping[str, Any]]) -> Checkpoint:
    """Find the configuration for dummy weights: one that ships with a family, else a config.json at hand."""
    if name in known:
        return Checkpoint(name, known[name])
    path = _locate(name)
    if path is None:
        raise ModelError(
            f"no architecture is known for {name!r}: dummy weights need its config.json "
            f"(`hf download {name} config.json`) or one of: {', '.join(sorted(known))}"
        )
    return Checkpoint(name, _read_config(path))


def weight_files(path: Path) -> list[Path]:
    """List the weight files of a checkpoint folder, safetensors preferred as transformers does."""
    found: Iterable[list[Path]] = (sorted(path.glob(pattern)) for pattern in WEIGHT_PATTERNS)
    return next((files for files in found if files), [])


def _locate(name: str) -> Path | None:
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else _packaged(name) or _cached_snapshot(name)


def _packaged(name: str) -> Path | None:
    packaged = {f"{OWNER}/{folder.name}": folder for folder in PACKAGED.glob("*/")}
    return packaged.get(name)


def _cached_snapshot(name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(name, "config.json")
    except HFValidationError:
        return None
    return Path(config).parent if isinstance(config, str) else None


def _read_config(path: Path) -> Mapping[str, Any]:
    file = path / "config.json"
    try:
        config = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read {file}: {error}; a checkpoint folder holds a config.json") from error
    if not isinstance(config, dict) or "model_type" not in config:
        raise ModelError(f"{file} names no model_type, so no family can be picked for it")
    return config


def _sha256_of_file(file: Path) -> str:
    # The hub's cache links a snapshot's large files to blobs that are named by their SHA-256.
    blob = file.resolve().name
    if file.is_symlink() and len(blob) == hashlib.sha256().digest_size * 2:
        return blob
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sha256_of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
