"""A comparison as people read it in a terminal: exact signals first, then the worst, the unchanged folded."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from asr_harness import metrics
from asr_harness.judge.judgement import OUTCOME, UTTERANCES
from asr_harness.metrics import units
from asr_harness.report import details
from asr_harness.report.terminal import shorten, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge import Finding, Judgement

HEADERS = ("case, metric", "verdict", "change", "interval", "MDE")
MOST_ROWS = 40
MAX_MDE = 10.0
MAX_PERCENT = 1000.0
"""Changes beyond a thousandfold are written by their size alone."""


def lines(judgement: Judgement, width: int, most_rows: int = MOST_ROWS) -> list[str]:
    """Lay a comparison out in lines of at most `width` characters."""
    said = wrap(sides(judgement), width, subsequent_indent="  ")
    said += sections(judgement.findings, width, most_rows)
    for note in (*judgement.notes, *judgement.calibration.values()):
        said += wrap(note, width, subsequent_indent="  ")
    return [*said, *wrap(legend(judgement), width), *ending(judgement, width)]


def sides(judgement: Judgement) -> str:
    """Name both sides, and how many runs or forks each has."""
    n_base, n_candidate = judgement.n_units
    return (
        f"{judgement.base} ({counted(n_base, judgement.unit)}) → "
        f"{judgement.candidate} ({counted(n_candidate, judgement.unit)})"
    )


def legend(judgement: Judgement) -> str:
    """Say at what level the intervals are, and what the columns mean."""
    level = f"All intervals at {100 * (1 - judgement.alpha):.10g} %"
    return f"{level}; MDE: the smallest change that this evidence shows 9 times in 10; (…): informational."


def sections(findings: Sequence[Finding], width: int, most_rows: int = MOST_ROWS) -> list[str]:
    """Lay out exact signals, then what was measured, each with what is unchanged folded."""
    exact = [finding for finding in findings if is_exact(finding)]
    measured = [finding for finding in findings if not is_exact(finding)]
    return [
        *_section("deterministic signals", exact, width, most_rows),
        *_section("measured", measured, width, most_rows),
    ]


def ending(judgement: Judgement, width: int) -> list[str]:
    """Give the headline in lines of at most `width` characters."""
    return wrap(judgement.headline, width, subsequent_indent="  ")


def change(finding: Finding) -> str:
    """Give the effect in percent, or in points for an error rate."""
    return "" if metrics.test_of(finding.metric) == "texts" else _signed(finding.effect, finding.metric)


def interval(finding: Finding) -> str:
    """Give the interval of the effect."""
    if finding.low is None or finding.high is None or is_exact(finding):
        return ""
    return f"{number(finding.low, finding.metric)} to {number(finding.high, finding.metric)}"


def mde(finding: Finding) -> str:
    """Give the smallest effect that could have been seen."""
    if not finding.mde:
        return ""
    if finding.mde > MAX_MDE:
        return f"> {MAX_MDE:.0%}".replace("%", " %")
    return _signed(finding.mde, finding.metric).lstrip("+")


def number(effect: float, metric: str) -> str:
    """Write a change in percent or points without its unit, and one beyond a thousandfold by its size."""
    if abs(effect) > MAX_PERCENT:
        return f"{100 * effect:+.0e}"
    return f"{100 * effect:+.{2 if is_rate(metric) else 1}f}"


def is_rate(metric: str) -> bool:
    """Whether changes of a metric are differences of rates, in points."""
    return metrics.test_of(metric) == "rate"


def verdict(finding: Finding) -> str:
    """Give the verdict as people read it: in brackets where it is informational, or waived."""
    if finding.waived_by is not None:
        return "waived"
    return finding.verdict if finding.gated else f"({finding.verdict})"


def remark(finding: Finding) -> str:
    """Say what explains a finding, and what would decide it."""
    lacking = ""
    if finding.more_units is not None:
        a_side = " a side" if finding.unit == "run" else ""
        lacking = f"about {more(finding.more_units, finding.unit)}{a_side} would decide"
    waived = f"waived by {finding.waived_by!r}" if finding.waived_by is not None else ""
    return "; ".join(filter(None, (waived, finding.note, details.written(finding), lacking)))


def more(count: int, noun: str) -> str:
    """Count what is lacking, such as `3 more runs`."""
    return f"{count} more {noun}{'s' if count > 1 else ''}"


def value(finding: Finding, of: float | None) -> str:
    """Give a side's value in the metric's own unit."""
    metric = metrics.find(finding.metric)
    return units.UNMEASURED if metric is None else metric.written(of)


def counted(count: int, noun: str) -> str:
    """Count runs, forks and the like in words."""
    return f"{count} {noun}{'s' if count > 1 else ''}"


def is_exact(finding: Finding) -> bool:
    """Whether a finding needs no statistics."""
    return finding.metric in (OUTCOME, UTTERANCES) or (metrics.test_of(finding.metric) in ("count", "texts"))


def _section(title: str, findings: Sequence[Finding], width: int, most_rows: int) -> list[str]:
    shown = [finding for finding in findings if not _is_folded(finding)]
    folded = Counter(finding.metric for finding in findings if _is_folded(finding))
    said = [""] if findings else []
    if shown:
        said += [*rows_of(shown[:most_rows], width)]
    if len(shown) > most_rows:
        said.append(f"… and {len(shown) - most_rows} more; asr-harness compare --format json has them all")
    if folded:
        counted = ", ".join(f"{metric} {count}" for metric, count in folded.items())
        said += wrap(f"{title} unchanged: {counted}", width, subsequent_indent="  ")
    return said


def _is_folded(finding: Finding) -> bool:
    return finding.verdict == "unchanged"


def rows_of(findings: Sequence[Finding], width: int) -> list[str]:
    """Lay out a row for each finding, grouped under its case, the case with the worst first."""
    cases = dict.fromkeys(finding.case_id for finding in findings)
    ordered = [finding for case_id in cases for finding in findings if finding.case_id == case_id]
    rows = [
        (
            f"  {finding.metric}",
            verdict(finding),
            change(finding),
            interval(finding),
            mde(finding),
        )
        for finding in ordered
    ]
    used = [column for column in range(len(HEADERS)) if column < 2 or any(row[column] for row in rows)]  # noqa: PLR2004
    laid = table([HEADERS[i] for i in used], [[row[i] for i in used] for row in rows], width)
    names = dict(zip(cases, shorten(list(cases), width), strict=True))
    said, case_id, remarked = [laid[0]], "", ""
    for finding, line in zip(ordered, laid[1:], strict=True):
        if finding.case_id != case_id:
            case_id, remarked = finding.case_id, ""
            said.append(names[case_id])
        said.append(line)
        if remark(finding) not in ("", remarked):
            remarked = remark(finding)
            said += wrap(remarked, width, initial_indent="    ", subsequent_indent="    ")
    return said


def _signed(effect: float | None, metric: str) -> str:
    if effect is None:
        return ""
    return f"{number(effect, metric)} {'pt' if is_rate(metric) else '%'}"
