"""A comparison as people read it in a terminal: exact signals first, then the worst, the unchanged folded."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from asr_harness.compare.cells import VERDICTS
from asr_harness.compare.metrics import EXACT, OUTCOME, RATES
from asr_harness.metrics import units
from asr_harness.report.terminal import shorten, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.compare import Cell, Comparison

HEADERS = ("case, metric", "verdict", "change", "interval", "could see")
MOST_ROWS = 40
SEEN_BY_NOBODY = 10.0
WRITTEN_OUT = 1000.0
"""Changes up to a thousandfold are; beyond, their size is all that they tell."""

SIZES = ("flops", "tokens", "operators")


def lines(comparison: Comparison, width: int, most_rows: int = MOST_ROWS) -> list[str]:
    """Lay a comparison out in lines of at most `width` characters."""
    n_base, n_candidate = comparison.n_runs
    sides = f"{comparison.base} ({runs(n_base)}) → {comparison.candidate} ({runs(n_candidate)})"
    said = wrap(sides, width, subsequent_indent="  ")
    said += sections(comparison.cells, width, most_rows)
    for note in (*comparison.notes, *comparison.calibrated_devices.values()):
        said += wrap(note, width, subsequent_indent="  ")
    return [*said, *wrap(legend(comparison), width), *ending(comparison, width)]


def legend(comparison: Comparison) -> str:
    """Say at what level the intervals are, and what the columns mean."""
    level = f"All intervals at {100 * (1 - comparison.alpha):.10g} %"
    return f"{level}; could see: the least change these runs show 9 times in 10; (…): informs, does not fail."


def sections(cells: Sequence[Cell], width: int, most_rows: int = MOST_ROWS) -> list[str]:
    """Lay out exact signals, then what was measured, each with what is unchanged folded."""
    exact = [cell for cell in cells if is_exact(cell)]
    measured = [cell for cell in cells if not is_exact(cell)]
    return [
        *_section("deterministic signals", exact, width, most_rows),
        *_section("measured", measured, width, most_rows),
    ]


def headline(comparison: Comparison) -> str:
    """Say in one line how the comparison ended, the worst verdicts first."""
    found = Counter(cell.verdict for cell in comparison.cells if cell.gated)
    counted = ", ".join(f"{verdict} {found[verdict]}" for verdict in VERDICTS if found[verdict])
    if found["regression"] or found["missing"]:
        return f"REGRESSION: {counted}"
    if comparison.is_empty:
        return f"NOTHING COULD BE COMPARED: {counted}"
    if found["inconclusive"] or found["incomparable"]:
        return f"UNDECIDED: {counted}"
    return f"NO REGRESSION: {counted}"


def ending(comparison: Comparison, width: int) -> list[str]:
    """Give the headline in lines of at most `width` characters."""
    return wrap(headline(comparison), width, subsequent_indent="  ")


def change(cell: Cell) -> str:
    """Give the effect in percent, or in points for an error rate."""
    return "" if cell.metric == "transcripts" else _signed(cell.effect, cell.metric)


def interval(cell: Cell) -> str:
    """Give the interval of the effect."""
    if cell.low is None or cell.high is None or cell.metric in (*EXACT, OUTCOME):
        return ""
    return f"{number(cell.low, cell.metric)} to {number(cell.high, cell.metric)}"


def could_see(cell: Cell) -> str:
    """Give the smallest effect that could have been seen."""
    if not cell.smallest_effect:
        return ""
    if cell.smallest_effect > SEEN_BY_NOBODY:
        return f"> {SEEN_BY_NOBODY:.0%}".replace("%", " %")
    return _signed(cell.smallest_effect, cell.metric).lstrip("+")


def number(effect: float, metric: str) -> str:
    """Write a change in percent or points without its unit, and one beyond a thousandfold by its size."""
    if abs(effect) > WRITTEN_OUT:
        return f"{100 * effect:+.0e}"
    return f"{100 * effect:+.{2 if metric in RATES else 1}f}"


def remark(cell: Cell) -> str:
    """Say what explains a cell, and what would decide it."""
    lacking = "" if cell.more_runs is None else f"about {more(cell.more_runs, 'run')} a side would decide"
    return "; ".join(filter(None, (cell.note, lacking)))


def more(count: int, noun: str) -> str:
    """Count what is lacking, such as `3 more runs`."""
    return f"{count} more {noun}{'s' if count > 1 else ''}"


def value(cell: Cell, of: float | None) -> str:
    """Give a side's figure in its unit."""
    if cell.metric in RATES:
        return units.percent(of)
    if cell.metric == "memory":
        return units.memory(of)
    if cell.metric == "energy":
        return units.joules(of)
    if cell.metric == "rtf":
        return units.ratio(of)
    return f"{of:,.0f}" if cell.metric in SIZES and of is not None else units.seconds(of)


def runs(count: int) -> str:
    """Count runs in words."""
    return f"{count} run{'s' if count > 1 else ''}"


def is_exact(cell: Cell) -> bool:
    """Whether a cell needs no statistics."""
    return cell.metric in (*EXACT, OUTCOME)


def _section(title: str, cells: Sequence[Cell], width: int, most_rows: int) -> list[str]:
    shown = [cell for cell in cells if not _is_folded(cell)]
    folded = Counter(cell.metric for cell in cells if _is_folded(cell))
    said = [""] if cells else []
    if shown:
        said += [*_table(shown[:most_rows], width)]
    if len(shown) > most_rows:
        said.append(f"… and {len(shown) - most_rows} more; asr-harness compare --format json has them all")
    if folded:
        counted = ", ".join(f"{metric} {count}" for metric, count in folded.items())
        said += wrap(f"{title} unchanged: {counted}", width, subsequent_indent="  ")
    return said


def _is_folded(cell: Cell) -> bool:
    return cell.verdict == "unchanged" and not cell.note.startswith("allowed")


def _table(cells: Sequence[Cell], width: int) -> list[str]:
    """Group rows under their case, the case with the worst cell first."""
    cases = dict.fromkeys(cell.case_id for cell in cells)
    ordered = [cell for case_id in cases for cell in cells if cell.case_id == case_id]
    rows = [
        (
            f"  {cell.metric}",
            cell.verdict if cell.gated else f"({cell.verdict})",
            change(cell),
            interval(cell),
            could_see(cell),
        )
        for cell in ordered
    ]
    used = [column for column in range(len(HEADERS)) if column < 2 or any(row[column] for row in rows)]  # noqa: PLR2004
    laid = table([HEADERS[i] for i in used], [[row[i] for i in used] for row in rows], width)
    names = dict(zip(cases, shorten(list(cases), width), strict=True))
    said, case_id, told = [laid[0]], "", ""
    for cell, line in zip(ordered, laid[1:], strict=True):
        if cell.case_id != case_id:
            case_id, told = cell.case_id, ""
            said.append(names[case_id])
        said.append(line)
        if remark(cell) not in ("", told):
            told = remark(cell)
            said += wrap(told, width, initial_indent="    ", subsequent_indent="    ")
    return said


def _signed(effect: float | None, metric: str) -> str:
    if effect is None:
        return ""
    return f"{number(effect, metric)} {'pt' if metric in RATES else '%'}"
