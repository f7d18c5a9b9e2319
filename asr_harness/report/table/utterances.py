"""A row for each utterance of each case and run: what was heard, and its errors."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from asr_harness.report.table.cases import AXES, CASE, RUN, finer_rows
from asr_harness.report.table.column import Column, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asr_harness.schema import CaseResult, ErrorCounts, RunFile

COUNTS = ("hits", "substitutions", "deletions", "insertions")

UTTERANCE = {
    "utterance": Column("text", "id of the utterance"),
    "talk": Column("text", "the talk that it is cut from"),
    "audio_s": Column("number", "its seconds of audio"),
    "hypothesis": Column("text", "what was heard"),
    **{f"word_{name}": Column("number", f"{name} in normalised words") for name in COUNTS},
    **{f"character_{name}": Column("number", f"{name} in normalised characters") for name in COUNTS},
    "wer": Column("number", "errors over words of the reference"),
}
COLUMNS = {"run": RUN["run"], "label": RUN["label"], "case": CASE["case"], **AXES, **UTTERANCE}


def rows(run: RunFile) -> Iterator[Row]:
    """Give the rows of a run; what was not scored has no counts."""
    return finer_rows(run, _of_result)


def _of_result(result: CaseResult) -> Iterator[Row]:
    utterances, errors = result.utterances, result.quality.errors
    columns = zip(
        utterances.ids,
        utterances.talks,
        utterances.audio_s or repeat(None, len(utterances)),
        result.quality.hypotheses or repeat(None, len(utterances)),
        strict=True,
    )
    described = [dict(zip(UTTERANCE, values, strict=False)) for values in columns]
    if errors is None:
        yield from described
        return
    words, characters = _counts(errors.words, "word"), _counts(errors.characters, "character")
    rates = [None] * len(utterances) if errors.by_character else _rates(errors.words)
    for row, of_words, of_characters, wer in zip(described, words, characters, rates, strict=True):
        yield row | of_words | of_characters | {"wer": wer}


def _counts(counts: ErrorCounts, unit: str) -> Iterator[Row]:
    names = [f"{unit}_{name}" for name in COUNTS]
    for values in zip(*(getattr(counts, name) for name in COUNTS), strict=True):
        yield dict(zip(names, values, strict=True))


def _rates(counts: ErrorCounts) -> list[float | None]:
    pairs = zip(counts.n_errors, counts.n_reference, strict=True)
    return [n_errors / n_reference if n_reference else None for n_errors, n_reference in pairs]
