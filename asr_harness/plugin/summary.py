"""The table at the end of a session, and the listing of a plan that is not run."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from asr_harness.report import terminal, units
from asr_harness.types import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.journal import Entry
    from asr_harness.plugin.preflight import Forecast

HEADERS = ("case", "latency", "RTF", "pre/enc/dec %", "of roof %", "WER")
LEGEND = (
    "latency: per utterance. of roof: share of encode / decode time that the machine's peaks would allow, "
    "bound by (a)rithmetic or (m)emory"
)


def results(entries: Iterable[Entry], case_ids: Mapping[str, str], width: int) -> list[str]:
    """Lay out the measured cases as one table, and say why the others were not measured."""
    entries = tuple(entries)
    measured = [entry for entry in entries if entry.outcome == "measured"]
    lines = terminal.table(HEADERS, [_row(case_ids[e.case_id], e.extra_info) for e in measured], width)
    unmeasured_wer = Counter(
        e.extra_info["reasons"]["wer"] for e in measured if "wer" in e.extra_info["reasons"]
    )
    lines = [*lines, *wrap(LEGEND, width)] if measured else []
    lines += [f"WER not measured in {_cases(count)}: {reason}" for reason, count in unmeasured_wer.items()]
    others = Counter((entry.outcome, entry.reason) for entry in entries if entry.outcome != "measured")
    return lines + [f"{outcome} in {_cases(count)}: {reason}" for (outcome, reason), count in others.items()]


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
    total_s = sum(forecast.time_s or 0.0 for forecast in to_run)
    lines.append("")
    lines.append(f"{len(to_run)} of {_cases(len(forecasts))} to run, roughly {units.duration(total_s)}")
    lines += [f"{outcome} in {_cases(count)}: {reason}" for (outcome, reason), count in skipped.items()]
    return lines + [f"would stop the session: {problem}" for problem in problems]


def _row(case_id: str, extra_info: Mapping[str, Any]) -> tuple[str, ...]:
    stage_s = {stage: sum(extra_info["stage_s"][stage]) for stage in STAGES}
    total_s = sum(stage_s.values())
    shares = "/".join(f"{100 * stage_s[stage] / total_s:.0f}" for stage in STAGES)
    return (
        case_id,
        units.seconds(extra_info["latency_per_utterance_s"]),
        units.ratio(extra_info["rtf"]),
        shares,
        _roofs(extra_info["roofline"]),
        units.percent(extra_info["wer"]),
    )


def _roofs(roofline: Mapping[str, Any] | None) -> str:
    if roofline is None:
        return units.UNMEASURED
    roofs = (roofline[stage] for stage in ("encode", "decode"))
    return "/".join(f"{100 * roof['share']:.0f}{roof['bound'][0]}" for roof in roofs)


def _cases(count: int) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"
