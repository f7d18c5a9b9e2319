"""The interval of the error rate, why there is none, and digits of the transcripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import wer
from asr_harness.report.table.column import Column, ColumnGroup, Row
from asr_harness.schema.digest import digest
from asr_harness.stats import ratio_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema import CaseResult, ErrorCounts

COLUMNS = {
    "wer_low": Column("number", "lower end of the WER's 95 % interval over talks"),
    "wer_high": Column("number", "upper end of it"),
    "wer_reason": Column("text", "why there is no rate"),
    "transcripts": Column("text", "eight digits that stand for the transcripts; equal if all of them are"),
}


def read(result: CaseResult) -> Row:
    """Give the interval over talks, where the result was scored."""
    errors = result.quality.errors
    counts = None if errors is None else wer.counts(errors)
    low, high = (None, None) if counts is None else talk_interval(counts, result.utterances.talks)
    return {
        "wer_low": low,
        "wer_high": high,
        "wer_reason": result.reasons.get("wer"),
        "transcripts": digest(result.quality.hypotheses),
    }


def talk_interval(counts: ErrorCounts, talks: Sequence[str]) -> tuple[float | None, float | None]:
    """Give the 95 % interval of errors over reference words: talks, not utterances, are what differs.

    None where there are fewer than two talks with words.
    """
    sums: dict[str, tuple[int, int]] = {}
    for talk, n_errors, n_reference in zip(talks, counts.n_errors, counts.n_reference, strict=True):
        errors, words = sums.get(talk, (0, 0))
        sums[talk] = errors + n_errors, words + n_reference
    return ratio_interval([(errors, words) for errors, words in sums.values() if words])


GROUP = ColumnGroup("Quality, in detail", COLUMNS, read)
