"""Where TED-LIUM and its like can be: a folder, an archive, parquet, the hub, or the cache of slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.corpora.sources import archive, hub, layout, prepared, table
from asr_harness.errors import DataError
from asr_harness.paths import expanded, is_there

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from asr_harness.corpora.base import Corpus

HUB = "hub:"
PREPARED = "prepared"


def open_first(name: str, locations: Sequence[str]) -> Corpus:
    """Open the first location that is usable; raises DataError with what each one said."""
    failures = []
    for location in locations:
        try:
            return open_source(name, location)
        except DataError as error:
            failures.append(str(error))
    if len(failures) == 1:
        raise DataError(failures[0])
    raise DataError(f"no {name} found; tried in turn\n  " + "\n  ".join(failures))


def open_source(name: str, location: str) -> Corpus:
    """Open `hub:REPOSITORY`, `prepared`, or the path of a folder, an archive or a parquet file."""
    if location == PREPARED:
        return prepared.open_prepared(name)
    if location.startswith(HUB):
        return _open_files(name, hub.fetch(location.removeprefix(HUB)), origin=location)
    path = expanded(location)
    if not is_there(location):
        raise DataError(f"{path} does not exist")
    if path.is_dir():
        tables = sorted(path.glob("*.parquet"))
        return _open_files(name, tables, location) if tables else layout.open_folder(name, path)
    if not path.is_file():
        raise DataError(f"{path} is neither a folder nor a file")
    return _open_files(name, [path], origin=str(path))


def _open_files(name: str, paths: Sequence[Path], origin: str) -> Corpus:
    is_table = paths[0].suffix == ".parquet"
    folder = table.laid_out(paths) if is_table else archive.unpacked(paths[0])
    return layout.open_folder(name, folder, origin)
