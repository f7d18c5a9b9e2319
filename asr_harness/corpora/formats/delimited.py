"""CSV and TSV with a line of names, as Common Voice's are: recordings beside it or in its `clips`."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from asr_harness.corpora.formats.base import AUDIO_KEYS, TEXT_KEYS, Format, content, row_of
from asr_harness.corpora.sources import stm
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from asr_harness.corpora.formats.base import Row

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
CLIPS = ("clips",)


def _rows(path: Path) -> Iterator[Row]:
    text = stm.decode(content(path), str(path))
    # Common Voice's sentences hold quotation marks that quote nothing.
    is_tsv = ".tsv" in path.suffixes
    reader = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter="\t" if is_tsv else ",",
        quoting=csv.QUOTE_NONE if is_tsv else csv.QUOTE_MINIMAL,
        strict=not is_tsv,
    )
    try:
        _check_names(reader.fieldnames or (), path)
        for raw in reader:
            place = f"{path}:{reader.line_num}"
            if None in raw or None in raw.values():
                n = len(reader.fieldnames or ())
                raise DataError(f"{place}: has not the {n} fields that line 1 names; mend or quote it")
            yield row_of(raw, place, path.parent, CLIPS)
    except csv.Error as error:
        raise DataError(
            f"{path}:{reader.line_num}: is no CSV ({error}); quote fields that hold commas"
        ) from error


def _check_names(names: Sequence[str], path: Path) -> None:
    """Refuse a table that begins with a recording; raises DataError."""
    missing = [keys for keys in (AUDIO_KEYS, TEXT_KEYS) if not set(keys) & set(names)]
    if names and missing:
        raise DataError(
            f"{path}:1: {', '.join(map(str, names))[:200]!r} names no field for "
            f"{' or '.join('/'.join(keys) for keys in missing)}; write the fields' names as the first line, "
            "such as path and sentence"
        )


FORMAT = Format(
    "CSV or TSV whose first line names its fields (Common Voice)",
    lambda path: path.is_file() and path.name.endswith(SUFFIXES),
    _rows,
    lambda path: [path],
)
