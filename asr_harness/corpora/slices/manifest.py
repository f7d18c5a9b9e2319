"""Manifests: what a prepared slice holds, with a hash of every part; one that is wrong cannot be made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from asr_harness import cache
from asr_harness.corpora.slices import fields
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from asr_harness.corpora.sources.audio import Pcm

AUDIO = "audio"
"""The folder beside a manifest that holds its recordings."""

MAX_BYTES = 256 * 1024**2
"""Some 300,000 utterances; what claims to be larger is not read."""

MAX_FILE_NAME_BYTES = 255
MAX_JOINED_CHARS = 100_000
"""Runs join the names of their speakers."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a slice was asked to be; with the source's fingerprint this is its key in the cache."""

    limits_s: tuple[float, float]
    n_utterances: int | None
    seed: int

    def __post_init__(self) -> None:
        low_s, high_s = (fields.seconds("limits_s", limit_s) for limit_s in self.limits_s)
        if high_s < low_s:
            raise DataError(f"limits_s are {low_s:g} and {high_s:g}; expected the lower first")
        if self.n_utterances is not None:
            fields.integer("n_utterances", self.n_utterances, low=0)
        fields.integer("seed", self.seed)

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

    def __post_init__(self) -> None:
        for name in ("id", "talk", "speaker"):
            fields.text(name, getattr(self, name), MAX_JOINED_CHARS)
        fields.text("reference", self.reference, fields.MAX_TEXT_CHARS)
        if fields.seconds("end_s", self.end_s) < fields.seconds("start_s", self.start_s):
            raise DataError(f"end_s is {self.end_s:g}; expected no less than start_s, {self.start_s:g}")
        folder, _, name = fields.text("file", self.file).partition("/")
        fields.file_name("file", name if folder == AUDIO else self.file, max_bytes=MAX_FILE_NAME_BYTES)
        fields.hexdigest("sha256", self.sha256)
        fields.hexdigest("fingerprint", self.fingerprint)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A prepared slice, its utterances in the order of selection."""

    corpus: str
    origin: str
    source_fingerprint: str
    choices: Choices
    fingerprint: str
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        fields.file_name("corpus", self.corpus)
        fields.text("origin", self.origin, fields.MAX_TEXT_CHARS)
        fields.file_name("source_fingerprint", self.source_fingerprint)
        if fields.hexdigest("fingerprint", self.fingerprint) != combine(e.fingerprint for e in self.entries):
            raise DataError(f"fingerprint is {self.fingerprint[:12]}…; expected that of its entries")

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
    """Load a manifest; raises DataError naming the file and the value if it is damaged."""
    try:
        content = fields.mapping("the file", fields.read_json(path, MAX_BYTES), ("sha256", "manifest"))
        manifest = _manifest(content["manifest"])
        if _hash(content["manifest"]) != fields.hexdigest("sha256", content["sha256"]):
            raise DataError("it is not what was stored")
    except DataError as error:
        raise DataError(f"{path} is damaged ({error}); delete it, then prepare again") from error
    return manifest


def _manifest(loaded: object) -> Manifest:
    body = fields.mapping("manifest", loaded, Manifest.__slots__)
    choices = fields.mapping("choices", body["choices"], Choices.__slots__)
    low_s, high_s = fields.sequence("limits_s", choices["limits_s"], n_items=2)
    entries = fields.sequence("entries", body["entries"])
    return Manifest(
        **body
        | {
            "choices": Choices(**choices | {"limits_s": (low_s, high_s)}),
            "entries": tuple(_entry(i, entry) for i, entry in enumerate(entries)),
        }
    )


def _entry(index: int, loaded: object) -> Entry:
    try:
        return Entry(**fields.mapping("it", loaded, Entry.__slots__))
    except DataError as error:
        raise DataError(f"entry {index}: {error}") from error


def _covers(path: Path, choices: Choices) -> bool:
    return read(path).covers(choices.n_utterances)


def _hash(body: dict[str, object]) -> str:
    return sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
