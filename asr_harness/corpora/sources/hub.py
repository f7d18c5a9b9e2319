"""Mirrors of TED-LIUM on the Hugging Face hub."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from asr_harness.errors import DataError

CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Mirror:
    """A dataset repository, the revision to take, and which of its files hold the dev set."""

    repository: str
    revision: str
    pattern: str


MIRRORS = (
    Mirror("kfajdsl/tedlium", "main", "TEDLIUM_release3/legacy/dev.tar.gz"),
    Mirror("distil-whisper/tedlium-prompted", "refs/convert/parquet", "release3/validation/*.parquet"),
    Mirror("LIUM/tedlium", "refs/convert/parquet", "release3/partial-validation/*.parquet"),
    Mirror("distil-whisper/tedlium-long-form", "main", "data/validation-*.parquet"),
)


def fetch(repository: str) -> tuple[Path, ...]:
    """Give the local files of a mirror: from the hub's own cache, else downloaded.

    What is in the hub's cache is taken as it is, without asking the hub for anything newer. Raises DataError.
    """
    mirror = next((mirror for mirror in MIRRORS if mirror.repository == repository), None)
    if mirror is None:
        known = ", ".join(mirror.repository for mirror in MIRRORS)
        raise DataError(f"no mirror {repository!r}; there are {known}. Add a line to MIRRORS in {__file__}")
    from huggingface_hub import constants

    files = _snapshot(mirror, cached_only=True)
    if not files and not constants.HF_HUB_OFFLINE and (why := _unreachable(constants.ENDPOINT)):
        raise DataError(f"{repository} on the hub cannot be had ({why})")
    files = files or _snapshot(mirror, cached_only=False)
    if not files:
        raise DataError(f"{repository} at {mirror.revision} has no {mirror.pattern}")
    return files


@cache
def _unreachable(address: str) -> str | None:
    """Say why the hub cannot be reached, where that shows at once: its client would try for 20 s a mirror."""
    endpoint = urlsplit(address)
    if getproxies() or endpoint.hostname is None:
        return None
    port = endpoint.port or (80 if endpoint.scheme == "http" else 443)
    try:
        socket.create_connection((endpoint.hostname, port), CONNECT_S).close()
    except OSError as error:
        return f"{endpoint.hostname}: {error.strerror or error}"
    return None


def _snapshot(mirror: Mirror, *, cached_only: bool) -> tuple[Path, ...]:
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(
            mirror.repository,
            repo_type="dataset",
            revision=mirror.revision,
            allow_patterns=[mirror.pattern],
            local_files_only=cached_only,
        )
    except OSError as error:  # what huggingface_hub raises, offline or on, derives from it
        if cached_only:
            return ()
        first_line = str(error).strip().splitlines()[0]
        raise DataError(f"{mirror.repository} on the hub cannot be had ({first_line})") from error
    return tuple(sorted(Path(folder).glob(mirror.pattern)))
