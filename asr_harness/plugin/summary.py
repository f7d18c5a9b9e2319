"""The table at the end of a session, and the listing of a plan that is not run."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from asr_harness.metrics import units
from asr_harness.report import terminal
from asr_harness.types import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.journal import Entry
    from asr_harness.plugin.preflight import Forecast

HEADERS: tuple[str, ...] = ("case", "latency", "RTF", "pre/enc/dec %", "of roof %", "J/utt", "WER")
ENERGY_COLUMN = HEADERS.index("J/utt")
LEGEND = (
    "latency: per utterance. of roof: share of encode / decode time that the machine's peaks would allow, "
    "bound by (a)rithmetic or (m)emory"
)

HANGING: dict[str, Any] = {"subsequent_indent": "  ", "break_long_words": False, "break_on_hyphens": False}
"""How what does not fit a line goes on: paths and commands stay whole, to be copied."""


def results(entries: Iterable[Entry], case_ids: Mapping[str, str], width: int) -> list[str]:
    """Lay out the measured cases as one table, and say why the others were not measured."""
    entries = tuple(entries)
    measured = [entry for entry in entries if entry.outcome == "measured"]
    others = Counter((entry.outcome, entry.reason) for entry in entries if entry.outcome != "measured")
    remarks = [f"{outcome} in {_cases(count)}: {reason}" for (outcome, reason), count in others.items()]
    lines = []
    if measured:
        lines = [*_table(measured, case_ids, width), *wrap(LEGEND, width)]
        remarks = [*_remarks(measured), *remarks]
    return [*lines, *_wrapped(remarks, width)]


def _table(measured: Sequence[Entry], case_ids: Mapping[str, str], width: int) -> list[str]:
    lines = [HEADERS, *(_row(case_ids[entry.case_id], entry.extra_info) for entry in measured)]
    if all(entry.extra_info["energy_j"] is None for entry in measured):
        lines = [(*line[:ENERGY_COLUMN], *line[ENERGY_COLUMN + 1 :]) for line in lines]
    return terminal.table(lines[0], lines[1:], width)


def _remarks(measured: Sequence[Entry]) -> list[str]:
    infos = [entry.extra_info for entry in measured]
    lines = []
    for name, key in (("WER", "wer"), ("energy", "energy_j")):
        reasons = Counter(info["reasons"][key] for info in infos if info[key] is None)
        lines += [f"{name} not measured in {_cases(n)}: {reason}" for reason, n in reasons.items()]
    n_gaps = sum(info["stages_add_up"] is False for info in infos)
    if n_gaps:
        lines.append(f"stages' energy does not add up to the whole in {_cases(n_gaps)}")
    return lines


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
    remarks = [f"{outcome} in {_cases(count)}: {reason}" for (outcome, reason), count in skipped.items()]
    remarks += [f"would stop the session: {problem}" for problem in problems]
    return [*lines, *_wrapped(remarks, width)]


def _wrapped(remarks: Iterable[str], width: int) -> list[str]:
    """Break lines at the width, and keep those that are broken already."""
    return [
        line for remark in remarks for part in remark.splitlines() for line in wrap(part, width, **HANGING)
    ]


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
        _energy(extra_info),
        units.percent(extra_info["wer"]),
    )


def _energy(extra_info: Mapping[str, Any]) -> str:
    is_estimate = extra_info["energy_evidence"]["whole"]["label"] == "estimated"
    return units.joules(extra_info["energy_per_utterance_j"]) + (" est." if is_estimate else "")


def _roofs(roofline: Mapping[str, Any] | None) -> str:
    if roofline is None:
        return units.UNMEASURED
    roofs = (roofline[stage] for stage in ("encode", "decode"))
    return "/".join(f"{100 * roof['share']:.0f}{roof['bound'][0]}" for roof in roofs)


def _cases(count: int) -> str:
    return f"{count} case" if count == 1 else f"{count} cases"
