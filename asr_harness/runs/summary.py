"""What is kept of a saved run that was read once: its head, and of each case what many commits are judged by.

A run's values stand in columns, one for each metric of ours and a few beside them, with an entry a case.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from math import log
from statistics import pvariance
from typing import TYPE_CHECKING, cast

from asr_harness.errors import OtherBenchmarkError, RecordError
from asr_harness.metrics import all_metrics, by_key
from asr_harness.metrics.base import above_0
from asr_harness.privacy import public_location
from asr_harness.schema.reading import load_run
from asr_harness.schema.run import age_of, label_of
from asr_harness.stats import mean, percentiles

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from pathlib import Path

    from asr_harness.metrics import Metric
    from asr_harness.metrics.base import Sample
    from asr_harness.schema import Case, CaseResult, Environment, Outcome, RunFile, Speed
    from asr_harness.schema.run import Age

LOW, HIGH = "latency_low_s", "latency_high_s"
"""Columns of the 5th and the 95th percentile of a case's rounds, over its utterances."""
ROUNDS_LEVEL = "rounds_log_mean"
"""The column of the mean logarithm of a case's rounds, in seconds."""
PACE_LEVEL, PACE_SPREAD = "calibration_log_mean", "calibration_log_variance"
"""Columns of mean and variance of the logarithms of the calibration kernel's times beside the rounds."""
NOT_JUDGED = "not_judged"
"""The column that names the metrics of a case which may only be shown, None where there are none."""
ENDS = (5, 95)


@dataclass(frozen=True, slots=True)
class Header:
    """A run without its results; `error` says why it cannot be read, and then nothing else is known."""

    path: Path
    commit: str | None = None
    branch: str | None = None
    is_dirty: bool = False
    written_time: str | None = None
    has_regressed: bool = False
    is_undecided: bool = False
    identity: Hashable = ()
    session_ids: Sequence[str] = ()
    is_merged: bool = False
    is_unnamed_rest: bool = False
    n_measured: int = 0
    profile: str | None = None
    data: str | None = None
    weights: str | None = None
    error: RecordError | None = None

    @property
    def is_other(self) -> bool:
        """Whether another benchmark saved it."""
        return isinstance(self.error, OtherBenchmarkError)

    @property
    def may_be_baseline(self) -> bool:
        """Whether it is of a commit, and neither regressed itself nor was left open."""
        return not (self.is_dirty or self.has_regressed or self.is_undecided)

    @property
    def label(self) -> str:
        """Name the commit as `RunFile.label` does."""
        return label_of(self.commit, self.path, is_dirty=self.is_dirty)

    @property
    def time(self) -> datetime | None:
        """When it was saved."""
        return None if self.written_time is None else datetime.fromisoformat(self.written_time)

    @property
    def age(self) -> Age:
        """What sorts runs, oldest first."""
        return age_of(self.written_time, self.path)

    @property
    def sessions(self) -> frozenset[str]:
        """The ids of the sessions whose cases these are."""
        return frozenset(self.session_ids)

    @property
    def saved_s(self) -> float:
        """When it was saved, in seconds since 1970."""
        time = self.time
        return 0.0 if time is None else time.timestamp()

    def first_shared_rounds_are_equal(self, other: Header) -> bool:
        """Look into both files: only what an early version left behind has to be told apart in this way."""
        return load_run(self.path).first_shared_rounds_are_equal(load_run(other.path))


@dataclass(frozen=True, slots=True)
class CaseHead:
    """A case and what is alike in many runs of it; `slice`, `weights` and `decoding` are fingerprints.

    What was not measured has none of them, and no `audio_s`.
    """

    case: Case
    outcome: Outcome
    audio_s: float | None = None
    slice: str | None = None
    weights: str | None = None
    decoding: str | None = None
    dtype: str | None = None
    id: str = field(init=False)
    group: str = field(init=False)

    def __post_init__(self) -> None:
        # Asked for in every run: what is worked out once.
        object.__setattr__(self, "id", self.case.id)
        object.__setattr__(self, "group", self.case.group)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with its software; equal ones have one digest."""

    environment: Environment
    digest: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What one machine of one run measured; `columns` have an entry for each of the `cases`.

    `code` stands for the sources that were imported, None where the run does not tell.
    """

    head: Header
    machine: Machine
    cases: tuple[CaseHead, ...]
    columns: Mapping[str, Sequence[object]]
    code: str | None = None

    @property
    def label(self) -> str:
        """Name the commit."""
        return self.head.label

    @property
    def environment_digest(self) -> str:
        """Stand for the machine and the software in a few digits, as `RunFile.environment_digest` does."""
        return self.machine.digest

    def samples(self, metric: Metric) -> Sequence[Sample | None]:
        """Give what each case adds to a pooled value, as `metric.sample` does."""
        return cast("Sequence[Sample | None]", self.columns[metric.key])

    def value(self, place: int, metric: Metric) -> float:
        """Give what a measured case has of a metric that each has."""
        return cast("float", self.columns[metric.key][place])

    def judged(self, metric: Metric) -> tuple[float | None, ...]:
        """Give the value of each case that may be judged by its logarithm, as `metric.judged` does."""
        values = cast("Sequence[float | None]", self.columns[metric.key])
        shown_alone = cast("Sequence[Sequence[str] | None]", self.columns[NOT_JUDGED])
        return tuple(
            [
                None if shown and metric.key in shown else above_0(value)
                for value, shown in zip(values, shown_alone, strict=True)
            ]
        )

    def logarithms(self, column: str) -> Sequence[float | None]:
        """Give one of the columns `ROUNDS_LEVEL`, `PACE_LEVEL` and `PACE_SPREAD`."""
        return cast("Sequence[float | None]", self.columns[column])

    def with_columns(self, columns: Iterable[str]) -> Summary:
        """Leave some columns."""
        return replace(self, columns={name: self.columns[name] for name in columns})

    def of_cases(self, case_ids: Iterable[str]) -> Summary:
        """Leave some cases."""
        wanted = set(case_ids)
        if all(case.id in wanted for case in self.cases):
            return self
        places = [place for place, case in enumerate(self.cases) if case.id in wanted]
        columns = {name: [values[i] for i in places] for name, values in self.columns.items()}
        return replace(self, cases=tuple(self.cases[i] for i in places), columns=columns)


CASE_FIELDS = tuple(one.name for one in fields(CaseHead) if one.init)[1:]
"""What a case's head has beside the case."""


def columns_of(metrics: Iterable[Metric], *, judged: bool = False) -> tuple[str, ...]:
    """Name the columns that hold metrics; where they are `judged`, with what that rests on."""
    names = [metric.key for metric in metrics]
    rests_on = (NOT_JUDGED, by_key("calibration").key, ROUNDS_LEVEL, PACE_LEVEL, PACE_SPREAD)
    return tuple(dict.fromkeys([*names, *(rests_on if judged else ())]))


@cache
def own_metrics() -> tuple[Metric, ...]:
    """Give the metrics of this package: what reads others may change while the index stays."""
    return tuple(one for one in all_metrics() if one.read.__module__.startswith("asr_harness."))


@cache
def kept_columns() -> tuple[str, ...]:
    """Name all columns that the index keeps."""
    return (*columns_of(own_metrics(), judged=True), LOW, HIGH)


def header(run: RunFile) -> Header:
    """Give the head of a run."""
    plan, block = run.block.plan, run.block
    return Header(
        path=run.path,
        commit=run.commit,
        branch=run.branch,
        is_dirty=run.is_dirty,
        written_time=run.time.isoformat() if run.time else None,
        has_regressed=bool(run.regressions),
        is_undecided=run.is_undecided,
        identity=identity_of(run),
        session_ids=sorted(run.sessions),
        is_merged=run.is_merged,
        is_unnamed_rest=run.is_unnamed_rest,
        n_measured=run.n_measured,
        profile=block.profile,
        data=None if plan.data is None else public_location(plan.data),
        weights=plan.weights,
    )


def summarised(runs: Iterable[RunFile], columns: Sequence[str] | None = None) -> tuple[Summary, ...]:
    """Summarise runs, each machine of a merged one apart; `columns` default to all that the index keeps."""
    wanted = kept_columns() if columns is None else columns
    metrics = (*own_metrics(), *(by_key(name) for name in wanted if name not in kept_columns()))
    return tuple(
        Summary(
            head,
            Machine(part.environment, part.environment_digest),
            tuple(_case_head(record.case, record.outcome, record.result) for record in part.records.values()),
            {
                name: [_value(name, record.result, metrics) for record in part.records.values()]
                for name in wanted
            },
            None if part.block.code is None else part.block.code.fingerprint,
        )
        for run in runs
        for head in (header(run),)
        for part in run.by_machine()
    )


def identity_of(run: RunFile) -> str:
    """Stand for what `RunFile.identity` has, as heads have it."""
    kind, *rest = run.identity
    if kind == "session":
        return f"session {rest[0]}"
    time = None if run.time is None else (run.time.tzinfo is None, run.time.timestamp())
    return sha256(repr((time, *rest)).encode("utf-8", "backslashreplace")).hexdigest()


def _case_head(case: Case, outcome: Outcome, result: CaseResult | None) -> CaseHead:
    if result is None:
        return CaseHead(case, outcome)
    prints = result.fingerprints
    return CaseHead(
        case, outcome, result.audio_s, prints.slice, prints.weights, prints.decoding, result.work.dtype
    )


def _value(column: str, result: CaseResult | None, metrics: Sequence[Metric]) -> object:
    if result is None:
        return None
    if column == NOT_JUDGED:
        return [metric.key for metric in metrics if not metric.may_judge(result)] or None
    if column in (LOW, HIGH):
        ends = percentiles(result.speed.rounds_s, ENDS)
        return ends[column == HIGH] / result.n_utterances
    if column in LOGARITHMS:
        return LOGARITHMS[column](result.speed)
    return by_key(column).sample(result)


def log_mean(values: Sequence[float]) -> float | None:
    """Give the mean logarithm; None where there are no values, or one is not above 0."""
    return mean(list(map(log, values))) if values and min(values) > 0 else None


def log_variance(values: Sequence[float]) -> float | None:
    """Give the variance of the logarithms around their mean; None as for `log_mean`."""
    return pvariance(list(map(log, values))) if values and min(values) > 0 else None


LOGARITHMS: Mapping[str, Callable[[Speed], float | None]] = {
    ROUNDS_LEVEL: lambda speed: log_mean(speed.rounds_s),
    PACE_LEVEL: lambda speed: log_mean(speed.calibration_s),
    PACE_SPREAD: lambda speed: log_variance(speed.calibration_s),
}
