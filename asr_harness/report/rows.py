"""The rows of a judgement: whole models first, and what belongs together in one row that unfolds.

A slow-down is one row: RTF is latency in another unit, stages and percentiles are its parts, and the cases
of a model that say the same as the model's row are parts of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness import metrics
from asr_harness.judge.judgement import FAILED, VERDICTS
from asr_harness.metrics import latency
from asr_harness.report import names, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.judge import Finding

LATENCY = latency.METRIC.key
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A finding, and those that are folded into it."""

    finding: Finding
    parts: tuple[Finding, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether it is more than unchanged, and more than open where it does not count.

        That texts changed is known, whatever it means: it is shown.
        """
        if self.finding.verdict == "unchanged":
            return False
        has_other_texts = words.has_other_texts(self.finding)
        return self.finding.gated or self.finding.verdict != "inconclusive" or has_other_texts

    @property
    def stages(self) -> tuple[Finding, ...]:
        """Give the parts that are other times of the same row."""
        return tuple(part for part in self.parts if part.case_id == self.finding.case_id)

    @property
    def cases(self) -> tuple[Finding, ...]:
        """Give the parts that are the same metric of other cases."""
        return tuple(part for part in self.parts if part.metric == self.finding.metric)


def rows(findings: Sequence[Finding]) -> tuple[Row, ...]:
    """Fold findings into rows: the worst verdicts first, and of a verdict whole models first."""
    by_place = {(finding.case_id, finding.metric): finding for finding in findings}
    first_of: dict[tuple[str | None, str, str, bool], Place] = {}
    parts: dict[Place, list[Finding]] = {}
    leads: list[Finding] = []
    for finding in findings:
        lead = _lead(finding, by_place, first_of)
        if lead is None:
            leads.append(finding)
        else:
            parts.setdefault(lead, []).append(finding)
    made = [Row(lead, tuple(_all_parts((lead.case_id, lead.metric), parts))) for lead in leads]
    return tuple(sorted(made, key=_order))


def _all_parts(place: Place, parts: Mapping[Place, list[Finding]]) -> Iterable[Finding]:
    """Give the parts of a row, and theirs."""
    for part in parts.get(place, ()):
        yield part
        yield from _all_parts((part.case_id, part.metric), parts)


def _lead(
    finding: Finding,
    by_place: Mapping[Place, Finding],
    first_of: dict[tuple[str | None, str, str, bool], Place],
) -> Place | None:
    """Give the row that a finding is folded into; None for one of its own."""
    metric = metrics.find(finding.metric)
    if metric is not None and metric.is_time and finding.metric != LATENCY:
        of_case = by_place.get((finding.case_id, LATENCY))
        if of_case is not None and _is_told_by(of_case, finding):
            return finding.case_id, LATENCY
    group = names.group_of(finding.case_id)
    of_model = by_place.get((group, finding.metric)) if group else None
    if of_model is not None and _is_told_by(of_model, finding):
        return of_model.case_id, finding.metric
    if of_model is None and metric is not None and metric.test in ("count", "texts"):
        # A count has no row of the model: the worst case stands for those that changed alike.
        kind = (group, finding.metric, finding.verdict, finding.gated)
        first = first_of.setdefault(kind, (finding.case_id, finding.metric))
        return None if first == (finding.case_id, finding.metric) else first
    return None


def _is_told_by(lead: Finding, part: Finding) -> bool:
    """Whether a row that is folded away hides nothing that the row above it does not tell."""
    if part.waived_by != lead.waived_by:
        return False
    if part.verdict in (lead.verdict, "unchanged"):
        return not part.fails or lead.fails
    return not part.gated and lead.verdict != "unchanged"


def _order(row: Row) -> tuple[bool, bool, int, bool, float]:
    finding = row.finding
    size = -abs(finding.effect) if finding.effect is not None else 0.0
    rank = VERDICTS.index(finding.verdict)
    is_case = not names.is_model(finding.case_id)
    # What is lost has no model to stand for it, and comes beside what regressed.
    return not finding.gated, not finding.fails, rank if finding.verdict not in FAILED else 0, is_case, size
