"""A finding in words: its values, size, verdict and what explains it; every form takes these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import metrics
from asr_harness.counting import counted
from asr_harness.judge.judgement import OUTCOME, UNPAIRED, UTTERANCES
from asr_harness.metrics import all_metrics, units
from asr_harness.report import details, names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge import Finding, Judgement
    from asr_harness.report.rows import Row

MAX_MDE = 10.0
MAX_END = 10.0
MAX_PERCENT = 1000.0
"""Changes beyond a thousandfold are written by their size alone."""
ARROW = " → "


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


def change(finding: Finding) -> str:
    """Give the effect in percent, or in points for an error rate."""
    if finding.effect is None or metrics.test_of(finding.metric) == "texts":
        return ""
    return f"{number(finding.effect, finding.metric)} {unit_of_change(finding.metric)}"


def interval(finding: Finding) -> str:
    """Give the interval of the effect."""
    if finding.low is None or finding.high is None or is_exact(finding):
        return ""
    return f"{end(finding.low, finding.metric)} to {end(finding.high, finding.metric)}"


def end(effect: float, metric: str) -> str:
    """Write the end of an interval; one so far off only says that nothing is known."""
    return f"> +{MAX_END:.0%}".rstrip("%") if effect > MAX_END else number(effect, metric)


def mde(finding: Finding) -> str:
    """Give the smallest effect that could have been seen."""
    if not finding.mde:
        return ""
    if finding.mde > MAX_MDE:
        return f"> {MAX_MDE:.0%}".replace("%", " %")
    return f"{number(finding.mde, finding.metric)} {unit_of_change(finding.metric)}".lstrip("+")


def number(effect: float, metric: str) -> str:
    """Write a change in percent or points without its unit, and one beyond a thousandfold by its size."""
    if abs(effect) > MAX_PERCENT:
        return f"{100 * effect:+.0e}"
    return f"{100 * effect:+.{2 if is_rate(metric) else 1}f}"


def unit_of_change(metric: str) -> str:
    """Give what changes of a metric are in: points, or percent."""
    return "pt" if is_rate(metric) else "%"


def is_rate(metric: str) -> bool:
    """Whether changes of a metric are differences of rates, in points."""
    return metrics.test_of(metric) == "rate"


def values(finding: Finding) -> str:
    """Give both sides in the metric's own unit, such as `85.2 → 95.4 ms`; a dash where neither has one.

    Values that contradict the change, which is of pairs of rounds, are marked as unpaired.
    """
    metric = metrics.find(finding.metric)
    if "n_changed" in finding.details:
        return f"{finding.details['n_changed']} of {finding.details['n_texts']} changed"
    if metric is None or (finding.base is None and finding.candidate is None):
        return units.UNMEASURED
    base, candidate = metric.written(finding.base), metric.written(finding.candidate)
    base_unit, candidate_unit = base.partition(" ")[2], candidate.partition(" ")[2]
    if base_unit and base_unit == candidate_unit:
        base = base.partition(" ")[0]
    return f"{base}{ARROW}{candidate}{' unpaired' if UNPAIRED in finding.details else ''}"


def sized(finding: Finding) -> str:
    """Give the change with its interval and both values, such as `+12.1 % (+5.0 to +19.7 %, 85 → 95 ms)`."""
    bounds = interval(finding)
    unit = unit_of_change(finding.metric)
    known = values(finding)
    parts = (f"{bounds} {unit}" if bounds else "", "" if known == units.UNMEASURED else known)
    details = ", ".join(filter(None, parts))
    size = change(finding)
    return f"{size} ({details})" if size and details else size or details


def in_other_units(finding: Finding) -> str:
    """Give both sides in the other units of the same measurement, such as `RTF 0.017 → 0.019`."""
    said = []
    for metric in all_metrics():
        base, candidate = (finding.details.get(f"{metric.key}_{side}") for side in ("base", "candidate"))
        is_other = metric.same_as == finding.metric
        if is_other and isinstance(base, int | float) and isinstance(candidate, int | float):
            said.append(f"{metric.title} {metric.written(base)}{ARROW}{metric.written(candidate)}")
    return ", ".join(said)


def verdict(finding: Finding) -> str:
    """Give the verdict as people read it: in brackets where it is informational, or waived."""
    word = verdict_word(finding)
    return word if finding.gated or finding.waived_by is not None else f"({word})"


def verdict_word(finding: Finding) -> str:
    """Give the verdict in a word: texts that are known to have changed are not open, whatever it means."""
    if finding.waived_by is not None:
        return "waived"
    return "changed" if finding.verdict == "inconclusive" and has_other_texts(finding) else finding.verdict


def has_other_texts(finding: Finding) -> bool:
    """Whether it is about transcripts that are known to have changed."""
    return metrics.test_of(finding.metric) == "texts" and bool(finding.effect)


def before_calibration(finding: Finding) -> str:
    """Give the change of the values that are shown, where calibration makes another one of it."""
    if not (finding.calibrated and finding.base and finding.candidate and finding.effect is not None):
        return ""
    raw = number(finding.candidate / finding.base - 1, finding.metric)
    return "" if raw == number(finding.effect, finding.metric) else f"{raw} % before calibration"


def unpaired(finding: Finding) -> str:
    """Say how the values that are shown differ, where that contradicts the change of pairs of rounds."""
    effect = finding.details.get(UNPAIRED)
    if not isinstance(effect, int | float):
        return ""
    return f"whole runs differ by {number(effect, finding.metric)} %; judged are rounds side by side"


def remark(finding: Finding) -> str:
    """Say what explains a finding, and what would decide it."""
    lacking = ""
    if finding.more_units is not None:
        a_side = " a side" if finding.unit == "run" else ""
        lacking = f"about {more(finding.more_units, finding.unit)}{a_side} would decide"
    waived = f"waived by {finding.waived_by!r}" if finding.waived_by is not None else ""
    return "; ".join(filter(None, (waived, finding.note, details.errors_by_kind(finding), lacking)))


def row_remark(row: Row) -> str:
    """Say what explains a row: the same in other units, its stages, the rest, and the span of its cases."""
    finding = row.finding
    parts = (
        before_calibration(finding),
        unpaired(finding),
        in_other_units(finding),
        stages(row),
        remark(finding),
        span(row),
    )
    return "; ".join(filter(None, parts))


def stages(row: Row) -> str:
    """Give the change of each time that is folded into a row."""
    return ", ".join(f"{part.metric} {change(part)}" for part in row.stages if part.effect is not None)


def span(row: Row) -> str:
    """Give the least and the largest change of the cases that are folded into a row."""
    effects = [part.effect for part in row.cases if part.effect is not None]
    if not effects or has_other_texts(row.finding):
        return f"and {more(len(row.cases), 'case')}" if row.cases else ""
    low, high = (number(effect, row.finding.metric) for effect in (min(effects), max(effects)))
    unit = unit_of_change(row.finding.metric)
    which = "each case" if names.is_model(row.finding.case_id) else "other cases"
    return f"{which} {low}{'' if low == high else f' to {high}'} {unit}"


def more(count: int, noun: str) -> str:
    """Count what is lacking, such as `3 more runs`."""
    return counted(count, f"more {noun}")


def is_exact(finding: Finding) -> bool:
    """Whether a finding needs no statistics."""
    return finding.metric in (OUTCOME, UTTERANCES) or (metrics.test_of(finding.metric) in ("count", "texts"))


def unchanged_counts(rows: Sequence[Row]) -> str:
    """Count by metric what is unchanged, or open without counting, and stands in no row of its own."""
    counts: dict[str, int] = {}
    for row in rows:
        for finding in (row.finding, *row.parts):
            counts[finding.metric] = counts.get(finding.metric, 0) + 1
    return ", ".join(f"{metric} {count}" for metric, count in counts.items())
