"""What a metric is: one object that reads, pools and prints it, and says how it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, log
from statistics import fmean
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asr_harness.metrics.units import Unit
    from asr_harness.schema import CaseResult, ErrorCounts, Errors

Test = Literal["ratio", "rate", "count", "texts"]
"""How it is compared: the ratio of runs, errors paired by utterance, a count that is exact, or texts."""

Sample = float | Sequence[int]
"""What a result adds to a pooled value: its own value, or errors and words of the references."""

Share = Literal["headline", "detail", "quality"]
"""Which part of a comparison's false-alarm rate its tests take from."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is measured.

    `read` gives a result's value in the unit of `unit`, None where it was not measured. `column` is its name
    in the table and in `extra_info`, `title` its heading, `meaning` what it says in a few words.

    `test` says how it is compared, None if it is shown alone; with `lower_is_better` a rise is a regression.
    A change counts only above `tolerance`; green is that harm above `limit` is excluded. Both are relative,
    or differences of rates. Only a `gated` metric sets the exit status, unless a rule names it. A metric that
    is the `same_as` another is the same measurement in another unit, and shares that one's judgement; an
    `alternative` counts the same errors otherwise, and where a rule names one of the two, that one decides.
    `is_time` lets the calibration kernel help. Values that `may_judge` refuses, such as estimates, are shown
    and never judged. The tables of a session show those that are `in_session`. `rounds` are the single values
    that `read` gives the median of, but for a constant factor.
    """

    key: str
    column: str
    title: str
    meaning: str
    unit: Unit
    rank: int
    read: Callable[[CaseResult], float | None]
    test: Test | None = "ratio"
    share: Share = "detail"
    lower_is_better: bool = True
    gated: bool = False
    tolerance: float = 0.02
    limit: float = 0.05
    same_as: str | None = None
    alternative: str | None = None
    is_time: bool = False
    may_judge: Callable[[CaseResult], bool] = lambda _: True
    in_session: bool = False
    rounds: Callable[[CaseResult], Sequence[float]] | None = None

    def judged(self, result: CaseResult) -> float | None:
        """Give a value that may be judged by its logarithm; None where there is none above 0."""
        return above_0(self.read(result)) if self.may_judge(result) else None

    def pooled(self, results: Iterable[CaseResult]) -> float | None:
        """Give the one value of several runs, or of several cases; None if none has one."""
        return self.pool([sample for result in results if (sample := self.sample(result)) is not None])

    def sample(self, result: CaseResult) -> Sample | None:
        """Give all that pooling needs of a result, which may be kept in its stead."""
        return self.read(result)

    def pool(self, samples: Sequence[Sample]) -> float | None:
        """Give the geometric mean of samples."""
        return geometric_mean(cast("Sequence[float]", samples))

    def written(self, value: float | None) -> str:
        """Give a value as people read it."""
        return self.unit.written(value)

    @property
    def rule_unit(self) -> str:
        """What rules give its changes in: `pt` for a rate, else `%`."""
        return "pt" if self.test == "rate" else "%"


@dataclass(frozen=True, slots=True)
class RateMetric(Metric):
    """Errors over the length of the references, pooled over utterances.

    `counts` picks the errors that it counts, None where there are none of its kind. One that is `on_demand`
    is judged only where a rule names it, so that it takes no share of the false-alarm rate otherwise.
    """

    counts: Callable[[Errors], ErrorCounts | None] = lambda errors: errors.words
    on_demand: bool = False

    def sample(self, result: CaseResult) -> Sample | None:
        """Give errors and reference length."""
        counts = self.counts_of(result)
        return None if counts is None else _sums(counts)

    def pool(self, samples: Sequence[Sample]) -> float | None:
        """Give mean errors over reference length: runs of one slice and slices of one model alike."""
        return _rate(cast("Sequence[Sequence[int]]", samples))

    def counts_of(self, result: CaseResult) -> ErrorCounts | None:
        """Give the counts of a result, None where it was not scored."""
        errors = result.quality.errors
        return None if errors is None else self.counts(errors)


def pooled_rate(counts: Sequence[ErrorCounts]) -> float | None:
    """Give errors over reference length, None where there is no reference."""
    return _rate(list(map(_sums, counts)))


def _sums(counts: ErrorCounts) -> Sequence[int]:
    return [sum(counts.n_errors), sum(counts.n_reference)]


def _rate(sums: Sequence[Sequence[int]]) -> float | None:
    n_reference = sum(length for _, length in sums)
    return sum(n_errors for n_errors, _ in sums) / n_reference if n_reference else None


def geometric_mean(values: Sequence[float]) -> float | None:
    """Give the geometric mean, so that ratios of means are means of ratios; the arithmetic one if any is not
    above 0.
    """
    if not values:
        return None
    if min(values) == max(values):
        return values[0]
    if min(values) <= 0:
        return fmean(values)
    return exp(fsum(map(log, values)) / len(values))


def above_0(value: float | None) -> float | None:
    """Let go of what has no logarithm, and so no ratio to anything."""
    return value if value is not None and value > 0 else None
