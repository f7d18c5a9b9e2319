"""The one object that every form prints: a finding for each case and metric, and all of them together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Verdict = Literal["regression", "missing", "incomparable", "inconclusive", "improvement", "unchanged"]

VERDICTS: tuple[Verdict, ...] = (
    "regression",
    "missing",
    "incomparable",
    "inconclusive",
    "improvement",
    "unchanged",
)
"""From worst to best, as tables are sorted."""

FAILED: tuple[Verdict, ...] = ("regression", "missing")
OPEN: tuple[Verdict, ...] = ("inconclusive", "incomparable")

OUTCOME = "outcome"
"""What became of a case: judged like a metric, and read from no result."""
UTTERANCES = "utterances"
"""Single utterances gone wrong: judged by their texts, and read from no result."""
ALL_METRICS = "all metrics"
"""Stands for every metric of a case that may not be compared at all."""

UNPAIRED = "unpaired_effect"
"""Detail of a change that is of pairs of rounds: how whole runs differ, where that contradicts it."""

HARMS: Mapping[str, str] = {"latency": "slow-down", "wer": "rise of WER", "cer": "rise of CER"}
"""What the sentence of a green judgement speaks of."""
RATES = ("wer", "cer")

EXIT_FINE, EXIT_REGRESSION, EXIT_UNUSABLE, EXIT_UNDECIDED = 0, 1, 2, 3

Undecided = Literal["pass", "fail"]
Unit = Literal["run", "fork"]
"""What a test rests on."""
Detail = float | int | str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one metric of one case.

    `base` and `candidate` are in the metric's own unit. `effect`, its interval `low` to `high` and `mde`, the
    smallest change that this evidence shows nine times in ten, are relative (0.05 is 5 %), or differences of
    rates; harm above `excluded` is excluded, one-sided. `more_units` are the runs, or forks, that a
    side still lacks to decide. A finding that is not `gated` is informational. `waived_by` is the text of the
    waiver that let a regression pass: its verdict stays what it is.
    """

    case_id: str
    metric: str
    verdict: Verdict
    gated: bool = True
    base: float | None = None
    candidate: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    mde: float | None = None
    excluded: float | None = None
    more_units: int | None = None
    unit: Unit = "run"
    calibrated: bool = False
    note: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)
    waived_by: str | None = None

    @property
    def fails(self) -> bool:
        """Whether it alone makes the judgement red."""
        return self.gated and self.verdict in FAILED and self.waived_by is None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every finding of a comparison, worst first, with what bears on all of them.

    `unit` names what the tests rest on, `n_units` how many each side has. `calibration` says for each device
    whether times were divided by the calibration kernel's, and how much runs of a side differ with and
    without. `undecided` is what the policy makes of what is not decided. `is_itself` tells that both sides
    hold the same runs.
    """

    base: str
    candidate: str
    unit: Unit
    n_units: tuple[int, int]
    alpha: float
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    calibration: Mapping[str, str] = field(default_factory=dict)
    undecided: Undecided | None = None
    is_itself: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing could be compared: neither a metric, nor a case that runs now and did not."""
        judged = [finding for finding in self.findings if finding.metric != OUTCOME]
        barred = all(finding.verdict == "incomparable" for finding in judged)
        return barred and bool(judged or not self.of("improvement"))

    @property
    def exit_status(self) -> int:
        """Give 0 nothing regressed, 1 a regression, 2 nothing could be compared, 3 undecided."""
        if self.is_itself:
            return EXIT_FINE
        if any(finding.fails for finding in self.findings):
            return EXIT_REGRESSION
        if self.is_empty:
            return EXIT_UNUSABLE
        if self.of(*OPEN, gated=True):
            return {"pass": EXIT_FINE, "fail": EXIT_REGRESSION}.get(self.undecided or "", EXIT_UNDECIDED)
        return EXIT_FINE

    @property
    def headline(self) -> str:
        """Say in one line how it ended, the worst verdicts first."""
        gated = [finding for finding in self.findings if finding.gated]
        n_of = Counter(finding.verdict for finding in gated if finding.waived_by is None)
        counts = [f"{verdict} {n_of[verdict]}" for verdict in VERDICTS if n_of[verdict]]
        n_waived = sum(finding.waived_by is not None for finding in gated)
        summary = ", ".join([*counts, *([f"waived {n_waived}"] if n_waived else [])])
        if n_of["regression"] or n_of["missing"]:
            return f"REGRESSION: {summary}"
        if self.is_itself:
            return f"NO REGRESSION: the sides are the same runs; {summary}"
        if self.is_empty:
            return f"NOTHING COULD BE COMPARED: {summary}"
        if n_of["inconclusive"] or n_of["incomparable"]:
            return f"UNDECIDED: {summary}"
        return f"NO REGRESSION: {summary}{self._excluded()}"

    def _excluded(self) -> str:
        """Say what harm a green judgement excludes: of whole models where they are judged, else of cases."""
        sentences = []
        for metric, harm in HARMS.items():
            if metric == "cer" and any(one.metric == "wer" for one in self.findings):
                continue  # it is the headline only of what has no words
            bounds = {one.case_id: one.excluded for one in self.findings if one.metric == metric}
            of_models = {case_id: bound for case_id, bound in bounds.items() if "*" in case_id}
            shown = [bound for bound in (of_models or bounds).values() if bound is not None]
            if shown and (metric not in RATES or max(shown) > 0):
                unit = " points" if metric in RATES else " %"
                sentences.append(f"no {harm} above {max(0.0, 100 * max(shown)):.2g}{unit}")
        return f" ({', '.join(sentences)}; {100 * (1 - self.alpha):.10g} %)" if sentences else ""

    def of(self, *verdicts: Verdict, gated: bool | None = None) -> tuple[Finding, ...]:
        """Pick the findings of some verdicts."""
        return tuple(
            finding
            for finding in self.findings
            if finding.verdict in verdicts and gated in (None, finding.gated)
        )


def worst_first(finding: Finding) -> tuple[bool, int, float, str, str]:
    """Sort by what matters: what is gated, the worse verdicts, the larger effects."""
    size = -abs(finding.effect) if finding.effect is not None else 0.0
    return not finding.gated, VERDICTS.index(finding.verdict), size, finding.case_id, finding.metric
