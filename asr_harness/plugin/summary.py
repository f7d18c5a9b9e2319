"""The table at the end of a session, and the listing of a plan that is not run."""

from __future__ import annotations

from collections import Counter
from statistics import median
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from asr_harness import devices
from asr_harness.counting import counted
from asr_harness.metrics import error_rate_of, session_metrics, units
from asr_harness.report import machines, terminal
from asr_harness.report.names import short_names
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asr_harness.metrics import Metric
    from asr_harness.plugin.preflight import Forecast
    from asr_harness.schema import Case, CaseResult, Outcome
    from asr_harness.schema.journal import JournalEntry

    Column = tuple[str, Callable[[CaseResult], str]]

LEGEND = (
    "latency: per utterance. of roof: share of encode / decode time that the machine's peaks would allow, "
    "bound by (a)rithmetic or (m)emory"
)

HANGING: dict[str, Any] = {"subsequent_indent": "  ", "break_long_words": False, "break_on_hyphens": False}
"""How what does not fit a line goes on: paths and commands stay whole, to be copied."""


def results(entries: Iterable[JournalEntry], case_ids: Mapping[str, str], width: int) -> list[str]:
    """Lay out the measured cases as one table, and say why the others were not measured."""
    entries = tuple(entries)
    measured = {case_ids[entry.test_id]: entry.result for entry in entries if entry.result is not None}
    others = Counter((entry.outcome, entry.reason) for entry in entries if entry.result is None)
    remarks = [
        f"{outcome} in {counted(count, 'case')}: {reason}" for (outcome, reason), count in others.items()
    ]
    lines = []
    if measured:
        lines = [*_table(measured, width), *wrap(LEGEND, width)]
        remarks = [*_starts(measured), *_remarks(tuple(measured.values())), *remarks]
    return [*lines, *_wrapped(remarks, width)]


def not_run(outcomes: Iterable[tuple[Case, Outcome]], required: str | None) -> list[str]:
    """Name each device on which no case could run, and what makes that a failure; not the required one."""
    by_device: dict[str, set[Outcome]] = {}
    for case, outcome in outcomes:
        by_device.setdefault(case.device, set()).add(outcome)
    return [
        f"nothing was measured on {device}; --asr-require-device {device} makes that a failure"
        for device, those in by_device.items()
        if those == {"unavailable"} and required not in (device, devices.key_of(device))
    ]


def _table(measured: Mapping[str, CaseResult], width: int) -> list[str]:
    results = tuple(measured.values())
    wanted = {metric.key: metric for metric in (*session_metrics(), *map(error_rate_of, results))}
    shown = [
        metric
        for metric in sorted(wanted.values(), key=lambda metric: metric.rank)
        if any(metric.read(each) is not None for each in results)
    ]
    columns: list[Column] = [
        *(_column(metric) for metric in shown if metric.is_time),
        ("pre/enc/dec %", _stage_shares),
        ("of roof %", _roofs),
        *(_column(metric) for metric in shown if not metric.is_time),
    ]
    names = short_names(measured)
    headers = ("case", *(title for title, _ in columns))
    rows = [
        (names.short[case_id], *(cell(result) for _, cell in columns)) for case_id, result in measured.items()
    ]
    shared = wrap(f"all cases: {names.shared}", width) if names.shared else []
    return [*shared, *terminal.table(headers, rows, width)]


def _column(metric: Metric) -> Column:
    def cell(result: CaseResult) -> str:
        value = metric.read(result)
        is_estimate = value is not None and not metric.may_judge(result)
        return metric.written(value) + (" est." if is_estimate else "")

    return metric.title, cell


def _remarks(results: Sequence[CaseResult]) -> list[str]:
    lines = []
    for metric in session_metrics():
        reasons = Counter(
            result.reasons.get(metric.key, "no reason was given")
            for result in results
            if metric.read(result) is None
        )
        lines += [
            f"{metric.title} not measured in {counted(n, 'case')}: {reason}" for reason, n in reasons.items()
        ]
    lines += _machine_remarks(results)
    n_gaps = sum(result.energy.stages_add_up is False for result in results)
    if n_gaps:
        lines.append(f"stages' energy does not add up to the whole in {counted(n_gaps, 'case')}")
    return lines


def _starts(measured: Mapping[str, CaseResult]) -> list[str]:
    """Say what the first case of a process waited for, and which cases compiled anew amid their rounds."""
    lines = []
    for case_id, result in measured.items():
        start = result.start
        parts = []
        if start.load_s is not None and start.first_s is not None:
            steady_s = median(batches[0] for batches in result.speed.batch_latency_s)
            parts.append(
                f"loaded in {units.seconds(start.load_s)}, first batch {units.seconds(start.first_s)}, "
                f"later {units.seconds(steady_s)}"
            )
        if start.n_compilations:
            parts.append(
                f"compiled {counted(start.n_compilations, 'time')} in {units.seconds(start.compile_s)}"
            )
        if start.n_recompilations:
            parts.append(f"{counted(start.n_recompilations, 'time')} anew amid the rounds")
        lines += [f"cold start of {case_id}: {'; '.join(parts)}"] if parts else []
    return lines


def _machine_remarks(results: Sequence[CaseResult]) -> list[str]:
    """Say where a peak is wrong, and where machine or process were others after a case than before."""
    too_fast = Counter(
        (stage, result.reasons.get(f"roofline.{stage}"))
        for result in results
        for stage, roof in (result.work.roofline or {}).items()
        if roof.reached is None
    )
    lines = [
        f"share of the roof not shown for {stage} in {counted(n, 'case')}: {why}"
        for (stage, why), n in too_fast.items()
    ]
    return [*lines, *machines.changes(results)]


def listing(forecasts: Sequence[Forecast], problems: Sequence[str], width: int) -> list[str]:
    """Lay out the grid with estimates, what would be skipped and what would stop the session."""
    rows = [
        (
            forecast.case.id,
            units.duration(forecast.time_s) if forecast.time_s is not None else units.UNMEASURED,
            units.memory(forecast.memory_bytes),
            forecast.outcome or "run",
        )
        for forecast in forecasts
    ]
    lines = terminal.table(("case", "time", "memory", ""), rows, width)
    skipped = Counter((f.outcome, f.reason) for f in forecasts if f.outcome)
    to_run = [forecast for forecast in forecasts if not forecast.outcome]
    lines += ["", f"{len(to_run)} of {counted(len(forecasts), 'case')} to run{_how_long(to_run)}"]
    remarks = [
        f"{outcome} in {counted(count, 'case')}: {reason}" for (outcome, reason), count in skipped.items()
    ]
    remarks += [f"would stop the session: {problem}" for problem in problems]
    return [*lines, *_wrapped(remarks, width)]


def _how_long(to_run: Sequence[Forecast]) -> str:
    """Say how long cases take together, and of how many that is not known; '' where there are none."""
    known_s = [forecast.time_s for forecast in to_run if forecast.time_s is not None]
    n_unknown = len(to_run) - len(known_s)
    if not known_s:
        return "; how long is not known yet" if n_unknown else ""
    rest = f", without {counted(n_unknown, 'case')}: how long is not known yet" if n_unknown else ""
    return f", roughly {units.duration(sum(known_s))}{rest}"


def _wrapped(remarks: Iterable[str], width: int) -> list[str]:
    """Break lines at the width, and keep those that are broken already."""
    return [
        line for remark in remarks for part in remark.splitlines() for line in wrap(part, width, **HANGING)
    ]


def _stage_shares(result: CaseResult) -> str:
    if result.speed.one_stage:
        return units.UNMEASURED
    stage_s = {stage: sum(result.speed.stage_s[stage]) for stage in STAGES}
    total_s = sum(stage_s.values())
    if not total_s:
        return units.UNMEASURED
    return "/".join(f"{100 * stage_s[stage] / total_s:.0f}" for stage in STAGES)


def _roofs(result: CaseResult) -> str:
    roofline = result.work.roofline
    if roofline is None:
        return units.UNMEASURED
    shares = {stage: roof.reached for stage, roof in roofline.items()}
    return "/".join(
        f"{units.UNMEASURED if (share := shares[stage]) is None else f'{100 * share:.0f}'}{roof.bound[0]}"
        for stage, roof in roofline.items()
    )
