"""Digests of source files: by content, so that a changed corpus is never answered by an old slice."""

from __future__ import annotations

import json
import time
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING

from asr_harness.corpora.slices import cache
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SETTLED_S = 2.0
"""A file this new could change again within one tick of its file system's clock, so it is not remembered."""


def fingerprint(paths: Sequence[Path]) -> str:
    """Digest names and contents of files, in any order; where they lie does not matter.

    What has been read once is remembered by size and times of change, as git's index does.
    """
    memo_path = cache.root() / "digests.json"
    memo = _load(memo_path)
    fresh = dict(memo)
    parts = sorted(f"{path.name}\0{_digest(path, fresh)}" for path in paths)
    if fresh != memo:
        cache.publish(memo_path, json.dumps(fresh).encode())
    return sha256("\n".join(parts).encode()).hexdigest()


def _digest(path: Path, memo: dict[str, list[str | int]]) -> str:
    key = str(path.resolve())
    try:
        stat = path.stat()
        stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
        known = memo.get(key)
        if known and known[:3] == stamp:
            return str(known[3])
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    if time.time() - stat.st_ctime > SETTLED_S:
        memo[key] = [*stamp, digest]
    return digest


def _load(path: Path) -> dict[str, list[str | int]]:
    try:
        loaded = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}
