"""Digests of source files: by content, so that a changed corpus is never answered by an old slice."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import astuple, dataclass
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING

from asr_harness import cache
from asr_harness.corpora.slices import fields
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import stat_result
    from pathlib import Path

SETTLED_S = 2.0
"""A file this new could change again within one tick of its file system's clock, so it is not remembered."""

MAX_BYTES = 64 * 1024**2
"""Some 250,000 files; a larger memory is forgotten."""


@dataclass(frozen=True, slots=True)
class Digest:
    """The hash of a file, and its size and times when it was read."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    sha256: str

    def __post_init__(self) -> None:
        fields.integer("size_bytes", self.size_bytes, low=0)
        fields.integer("mtime_ns", self.mtime_ns)
        fields.integer("ctime_ns", self.ctime_ns)
        fields.hexdigest("sha256", self.sha256)

    def is_of(self, stat: stat_result) -> bool:
        """Tell whether the file has not been touched since."""
        return (self.size_bytes, self.mtime_ns, self.ctime_ns) == _stamp(stat)


def fingerprint(paths: Sequence[Path]) -> str:
    """Digest names and contents of files, in any order; where they lie does not matter.

    What has been read once is remembered by size and times of change, as git's index does; where nothing can
    be written, it is read again each time.
    """
    memo_path = cache.root() / "digests.json"
    memo = _load(memo_path)
    fresh = dict(memo)
    parts = sorted(f"{path.name}\0{_digest(path, fresh)}" for path in paths)
    if fresh != memo:
        with suppress(DataError):  # a cache that is read-only holds slices all the same
            cache.publish(
                memo_path, json.dumps({key: astuple(known) for key, known in fresh.items()}).encode()
            )
    return sha256("\n".join(parts).encode()).hexdigest()


def _digest(path: Path, memo: dict[str, Digest]) -> str:
    try:
        key = str(path.resolve())
        stat = path.stat()
        known = memo.get(key)
        if known and known.is_of(stat):
            return known.sha256
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error})") from error
    if time.time() - stat.st_ctime > SETTLED_S:
        memo[key] = Digest(*_stamp(stat), digest)
    return digest


def _stamp(stat: stat_result) -> tuple[int, int, int]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _load(path: Path) -> dict[str, Digest]:
    """Load what is remembered; what is damaged is forgotten, as files can be read again."""
    memo: dict[str, Digest] = {}
    with suppress(DataError):
        loaded = fields.read_json(path, MAX_BYTES)
        for key, known in loaded.items() if isinstance(loaded, dict) else ():
            with suppress(DataError):
                memo[key] = Digest(*fields.sequence(key, known, n_items=4))
    return memo
