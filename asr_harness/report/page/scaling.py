"""Scaling laws: the fitted lines of latency and of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.page.markup import Html, element, folded, section, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.report.scaling import Law
    from asr_harness.stats import FittedLine

BASELINE = "baseline"


def scaling_section(latency: Sequence[Law], memory: Sequence[Law]) -> Html:
    """Show the fitted lines: the baseline, and the variants folded."""
    return section(
        "scaling",
        "Scaling laws",
        element(
            "p",
            "Least squares with 95 % intervals (Student's t), which few points make wide.",
        ),
        element("h3", "Latency = fixed + marginal · audio"),
        _laws(latency, "s", "s per s of audio"),
        element("h3", "Memory = fixed + marginal · batch size"),
        _laws(memory, "MiB", "MiB per utterance"),
    )


def _laws(laws: Sequence[Law], fixed: str, marginal: str) -> Html:
    if not laws:
        words = "It takes three different lengths, or batch sizes, of one model."
        return element("p", words, class_="missing")
    named = ("model", "device", "variant", "at")
    headers = (*named, f"fixed ({fixed})", f"marginal ({marginal})", "R²", "points")
    rows = [(law.model, law.device, law.variant, law.held, *_numbers(law.line)) for law in laws]
    first = laws[0].held
    shown = [row for row in rows if row[2] == BASELINE and row[3] == first] or rows[:1]
    rest = [row for row in rows if row not in shown]
    more = folded(f"{len(rest)} more", table(headers, rest, numbers=len(named))) if rest else ""
    return element("div", table(headers, shown, numbers=len(named)), more)


def _numbers(line: FittedLine) -> tuple[str, ...]:
    return (
        f"{units.number(line.intercept)} ± {units.number(line.intercept_half, 2)}",
        f"{units.number(line.slope)} ± {units.number(line.slope_half, 2)}",
        f"{line.r_squared:.3f}",
        str(line.n_points),
    )
