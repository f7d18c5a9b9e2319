"""JSON lines as NeMo writes them: `audio_filepath`, `text`, `duration`, `offset`, and names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asr_harness.corpora.formats.base import Format, lines, row_of
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asr_harness.corpora.formats.base import Row

SUFFIXES = (".jsonl", ".json", ".jsonl.gz", ".json.gz")
LHOTSE_KEYS = {"supervisions", "recording_id", "sources", "num_samples"}


def objects(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Give the object of each line with its place; raises DataError for a line that is none."""
    for place, line in lines(path):
        try:
            loaded = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"{place}: {line[:60]!r} is no JSON ({error}); expected an object a line"
            ) from error
        if not isinstance(loaded, dict):
            raise DataError(
                f"{place}: is a {type(loaded).__name__}; expected an object such as {{'text': …}}"
            )
        yield place, loaded


def is_json_lines(path: Path) -> bool:
    """Tell by the name."""
    return path.is_file() and path.name.endswith(SUFFIXES)


def is_lhotse(path: Path) -> bool:
    """Tell by the keys of the first line."""
    first = next(objects(path), ("", {}))[1] if is_json_lines(path) else {}
    return bool(LHOTSE_KEYS & set(first)) and "audio_filepath" not in first


def _rows(path: Path) -> Iterator[Row]:
    return (row_of(raw, place, path.parent) for place, raw in objects(path))


FORMAT = Format(
    "JSON lines with audio_filepath and text (NeMo)",
    lambda path: is_json_lines(path) and not is_lhotse(path),
    _rows,
    lambda path: [path],
)
