"""Manifests: what a prepared slice holds, with a hash of every part."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from asr_harness.data import cache
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from asr_harness.data.audio import Pcm


@dataclass(frozen=True, slots=True)
class Choices:
    """What a slice was asked to be; with the source's fingerprint this is its key in the cache."""

    limits_s: tuple[float, float]
    n_utterances: int | None
    seed: int

    @property
    def file_name(self) -> str:
        """Name the manifest; the bucket's name is no part of it, as its limits are."""
        count = "all" if self.n_utterances is None else str(self.n_utterances)
        return f"{self.limits_s[0]:g}-{self.limits_s[1]:g}s-n{count}-seed{self.seed}.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance of a prepared slice; `sha256` is of the audio file's bytes."""

    id: str
    talk: str
    speaker: str
    start_s: float
    end_s: float
    reference: str
    file: str
    n_samples: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A prepared slice, its audio files beside it."""

    corpus: str
    origin: str
    source_fingerprint: str
    choices: Choices
    fingerprint: str
    entries: tuple[Entry, ...]


def utterance_digest(reference: str, pcm: Pcm) -> str:
    """Digest a reference and its decoded 16-bit samples: container, path and platform play no part."""
    words = reference.encode()
    return sha256(len(words).to_bytes(8, "little") + words + pcm.astype("<i2").tobytes()).hexdigest()


def combine(digests: Iterable[str]) -> str:
    """Digest utterances in their order to the fingerprint of a slice."""
    return sha256("\n".join(digests).encode()).hexdigest()


def folder(corpus: str, source_fingerprint: str) -> Path:
    """Give the folder of all slices of one source."""
    return cache.root() / "slices" / corpus / source_fingerprint[:32]


def write(path: Path, manifest: Manifest) -> None:
    """Publish a manifest, with the hash of itself."""
    body = asdict(manifest)
    content = {"sha256": _body_hash(body), "manifest": body}
    cache.publish(path, json.dumps(content, indent=1, ensure_ascii=False).encode())


def read(path: Path) -> Manifest:
    """Load a manifest; raises DataError naming the file if it is damaged."""
    try:
        content = json.loads(path.read_bytes())
        body = content["manifest"]
        if _body_hash(body) != content["sha256"]:
            raise ValueError("its hash does not match")
        choices = body.pop("choices")
        entries = tuple(Entry(**entry) for entry in body.pop("entries"))
        limits_s = (choices["limits_s"][0], choices["limits_s"][1])
        return Manifest(choices=Choices(**choices | {"limits_s": limits_s}), entries=entries, **body)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged ({error}); delete it and prepare again") from error


def _body_hash(body: dict[str, object]) -> str:
    return sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
