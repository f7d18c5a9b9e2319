"""Checkpoints on this machine: a folder, one of the package's own, or a snapshot in the hub's cache."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asr_harness.errors import ModelError
from asr_harness.paths import folder_at

if TYPE_CHECKING:
    from collections.abc import Mapping

SAFETENSORS = "model.safetensors"
PICKLE = "pytorch_model.bin"
OWNER = "asr-harness"
PACKAGED = Path(__file__).parent.parent / "checkpoints"
"""The package's own checkpoints, known as `asr-harness/NAME`."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model's configuration and, unless its weights are dummies, the folder that holds them.

    `allows_pickle` lets `pytorch_model.bin` be read where there are no safetensors.
    """

    name: str
    config: Mapping[str, Any]
    path: Path | None = None
    allows_pickle: bool = False

    @property
    def model_type(self) -> str:
        """The Hugging Face `model_type`, which picks the family."""
        return str(self.config["model_type"])

    @property
    def is_dummy(self) -> bool:
        """Whether the weights are random."""
        return self.path is None

    def dummy_fingerprint(self) -> str:
        """Name the seed and the shape of dummy weights; real ones are hashed when they are loaded."""
        config = json.dumps(dict(self.config), sort_keys=True)
        return f"dummy-seed0-{hashlib.sha256(config.encode()).hexdigest()}"


def find_pretrained(name: str, *, allow_pickle: bool = False) -> Checkpoint:
    """Find a checkpoint by folder, as one of the package's own or by hub id, without going online.

    Raises ModelError where it is absent, saying how to fetch it.
    """
    path = _locate(name)
    if path is None:
        raise ModelError(
            f"checkpoint {name!r} is neither a folder nor in the hub's cache; fetch it with "
            f"`hf download {name}`, or run with `--asr-weights dummy`, which needs no download"
        )
    if not weight_files(path, allow_pickle=allow_pickle):
        raise ModelError(_without_weights(name, path))
    return Checkpoint(name, _read_config(path), path, allow_pickle)


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


def weight_files(path: Path, *, allow_pickle: bool = False) -> list[Path]:
    """List the weight files that transformers would load from a folder; [] where there are none.

    Raises ModelError for a part that the index names and the folder lacks.
    """
    for name in (SAFETENSORS, PICKLE) if allow_pickle else (SAFETENSORS,):
        if (path / name).exists():
            return [path / name]
        if (path / f"{name}.index.json").exists():
            return _parts(path / f"{name}.index.json")
    return []


def read_json(path: Path, name: str) -> Mapping[str, Any]:
    """Read one of a checkpoint's JSON files; raises ModelError where that is damaged."""
    file = path / name
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"cannot read {file}: {error}; fetch the checkpoint's files again") from error
    if not isinstance(content, dict):
        raise ModelError(f"{file} holds a {type(content).__name__} where an object is due")
    return content


def _parts(index: Path) -> list[Path]:
    placed = read_json(index.parent, index.name).get("weight_map")
    if not isinstance(placed, dict) or not all(isinstance(name, str) for name in placed.values()):
        raise ModelError(f"{index} has no weight_map, so its parts cannot be found; fetch it again")
    parts = [index.parent / Path(name).name for name in sorted(set(placed.values()))]
    missing = [part.name for part in parts if not part.exists()]
    if missing:
        raise ModelError(
            f"{index} names {', '.join(missing)}, which {index.parent} lacks: its download is incomplete"
        )
    return parts


def _without_weights(name: str, path: Path) -> str:
    if weight_files(path, allow_pickle=True):
        return (
            f"checkpoint {name!r} at {path} holds its weights as pickles alone ({PICKLE}), which can run "
            f"code when they are read: save it anew as {SAFETENSORS} (`model.save_pretrained`), or pass "
            "--asr-allow-pickle if you trust its source"
        )
    return (
        f"checkpoint {name!r} at {path} holds no weights ({SAFETENSORS}, whole or in parts with an index); "
        f"its download may be incomplete: `hf download {name}` completes it"
    )


def _locate(name: str) -> Path | None:
    return folder_at(name) or _packaged(name) or _cached_snapshot(name)


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
