"""The interval of a pooled error rate: talks, not utterances, are what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.measure.error_rate import Errors
from asr_harness.stats import ratio_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def pooled_rate_interval(
    errors: Sequence[Mapping[str, Any]], utterances: Sequence[Mapping[str, Any]]
) -> tuple[float | None, float | None]:
    """Give the 95 % interval of word errors over words by the ratio estimator, a talk being the unit.

    None where there are fewer than two talks with words.
    """
    talks: dict[str, list[int]] = {}
    for counts, utterance in zip(errors, utterances, strict=True):
        words = Errors(**counts["words"])
        talk = talks.setdefault(utterance["talk"], [0, 0])
        talk[0] += words.n_errors
        talk[1] += words.n_reference
    return ratio_interval([(wrong, total) for wrong, total in talks.values() if total])
