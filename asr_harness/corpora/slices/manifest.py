"""Manifests: what a prepared slice holds, with a hash of every part."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from asr_harness.corpora.slices import cache
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from asr_harness.corpora.sources.audio import Pcm


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
        return f"{self._stem}-n{count}.json"

    @property
    def pattern(self) -> str:
        """Match the manifests that differ in the number of utterances only."""
        return f"{self._stem}-n*.json"

    @property
    def _stem(self) -> str:
        return f"{self.limits_s[0]:g}-{self.limits_s[1]:g}s-seed{self.seed}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One utterance; `sha256` is of its file's bytes, `fingerprint` of its reference and samples."""

    id: str
    talk: str
    speaker: str
    start_s: float
    end_s: float
    reference: str
    file: str
    sha256: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A prepared slice, its utterances in the order of selection."""

    corpus: str
    origin: str
    source_fingerprint: str
    choices: Choices
    fingerprint: str
    entries: tuple[Entry, ...]

    def covers(self, n_utterances: int | None) -> bool:
        """Tell whether a slice of `n_utterances` is the beginning of this one."""
        asked = self.choices.n_utterances
        is_whole = asked is None or len(self.entries) < asked
        return is_whole or (n_utterances is not None and n_utterances <= len(self.entries))


def utterance_fingerprint(reference: str, pcm: Pcm) -> str:
    """Digest a reference and its decoded 16-bit samples: container, path and platform play no part."""
    words = reference.encode()
    return sha256(len(words).to_bytes(8, "little") + words + pcm.astype("<i2").tobytes()).hexdigest()


def combine(fingerprints: Iterable[str]) -> str:
    """Digest the fingerprints of utterances, in their order, to that of a slice."""
    return sha256("\n".join(fingerprints).encode()).hexdigest()


def folder(corpus: str, source_fingerprint: str) -> Path:
    """Give the folder of all slices of one source."""
    return cache.root() / "slices" / corpus / source_fingerprint[:32]


def all_paths(corpus: str = "*") -> tuple[Path, ...]:
    """List the manifests in the cache, of one corpus or of all."""
    return tuple(sorted((cache.root() / "slices").glob(f"{corpus}/*/*.json")))


def find(folder: Path, choices: Choices) -> Path | None:
    """Find the manifest of a slice, or of a larger one that begins with it."""
    exact = folder / choices.file_name
    others = sorted(folder.glob(choices.pattern))
    return next((path for path in (exact, *others) if path in others and _covers(path, choices)), None)


def write(path: Path, manifest: Manifest) -> None:
    """Publish a manifest, with the hash of itself."""
    body = asdict(manifest)
    content = {"sha256": _hash(body), "manifest": body}
    cache.publish(path, json.dumps(content, indent=1, ensure_ascii=False).encode())


def read(path: Path) -> Manifest:
    """Load a manifest; raises DataError naming the file if it is damaged."""
    try:
        content = json.loads(path.read_bytes())
        body = content["manifest"]
        if _hash(body) != content["sha256"]:
            raise ValueError("it is not what was stored")
        low_s, high_s = body["choices"].pop("limits_s")
        choices = Choices(limits_s=(low_s, high_s), **body.pop("choices"))
        entries = tuple(Entry(**entry) for entry in body.pop("entries"))
        return Manifest(choices=choices, entries=entries, **body)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged ({error}); delete it, then prepare again") from error


def _covers(path: Path, choices: Choices) -> bool:
    return read(path).covers(choices.n_utterances)


def _hash(body: dict[str, object]) -> str:
    return sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
