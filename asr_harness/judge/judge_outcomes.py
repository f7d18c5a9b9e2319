"""What became of a case, over all runs of a side: outcomes are rates, and a single failure may be chance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.counting import counted
from asr_harness.judge.judgement import OUTCOME, Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.judgement import Verdict
    from asr_harness.schema import CaseRecord

ABSENT = "absent"
MEASURED = "measured"
USUALLY = 0.5
"""Share of a side's runs above which it can run a case."""


def judge_outcome(
    case_id: str,
    base: Sequence[CaseRecord],
    candidate: Sequence[CaseRecord],
    alpha: float,
    limit: float | None = None,
) -> Finding:
    """Judge the share of runs that measured a case, of those that selected it.

    A case that no run of the candidate selected was not asked of it, and that is said. What the base usually
    measures and the candidate never does fails; a share that only fell has to be shown, by Fisher's exact
    test. Where a rule sets a `limit`, whatever falls by more than that share fails, and so does a case that
    the candidate did not select.
    """
    if not candidate:
        before = _usual(base)
        is_lost = before != "unavailable"
        note = f"{before} → {ABSENT}: no run of the candidate selected it" if is_lost else ""
        is_gated = limit is not None or not is_lost
        return Finding(case_id, OUTCOME, "missing" if is_lost else "unchanged", is_gated, note=note)
    n_measured = [sum(one.outcome == MEASURED for one in side) for side in (base, candidate)]
    shares = [n / len(side) for n, side in zip(n_measured, (base, candidate), strict=True)]
    if shares[0] > USUALLY and not n_measured[1]:
        return outcome_finding(case_id, MEASURED, _worst(candidate), _reason(candidate))
    if not n_measured[0] or not n_measured[1]:
        before, after = _usual(base), _usual(candidate)
        return outcome_finding(case_id, before, after, _reason(candidate))
    if shares == [1.0, 1.0]:
        return Finding(case_id, OUTCOME, "unchanged")
    return _flaky(case_id, base, candidate, shares, alpha, limit)


def outcome_finding(case_id: str, before: str, after: str, reason: str | None) -> Finding:
    """Judge a case that each side always ended alike: what the candidate can no longer do fails."""
    note = "" if before == after else f"{before} → {after}" + (f": {reason}" if reason else "")
    verdict: Verdict = "unchanged"
    if before == MEASURED and after != MEASURED:
        verdict = "regression" if after == "oom" else "missing"
    elif before != MEASURED and after == MEASURED:
        verdict = "improvement"
    return Finding(case_id, OUTCOME, verdict, note=note)


def _flaky(
    case_id: str,
    base: Sequence[CaseRecord],
    candidate: Sequence[CaseRecord],
    shares: Sequence[float],
    alpha: float,
    limit: float | None,
) -> Finding:
    counts = [(sum(one.outcome == MEASURED for one in side), len(side)) for side in (base, candidate)]
    p = stats.fisher_exact(*counts)
    reason = _reason(candidate) or _reason(base)
    note = (
        f"flaky: measured in {counts[0][0]} of {counted(counts[0][1], 'run')}, "
        f"then in {counts[1][0]} of {counts[1][1]}"
    )
    verdict: Verdict = "unchanged"
    if shares[1] < shares[0]:
        verdict = "inconclusive"
        if p <= alpha or (limit is not None and shares[0] - shares[1] > limit):
            verdict = "regression" if _worst(candidate) == "oom" else "missing"
    elif shares[1] > shares[0] and p <= alpha:
        verdict = "improvement"
    return Finding(case_id, OUTCOME, verdict, p=p, note=f"{note}; {reason}" if reason else note)


def _usual(side: Sequence[CaseRecord]) -> str:
    return Counter(one.outcome for one in side).most_common(1)[0][0]


def _worst(side: Sequence[CaseRecord]) -> str:
    """Give what a side did instead of measuring, most often."""
    return _usual([one for one in side if one.outcome != MEASURED])


def _reason(side: Sequence[CaseRecord]) -> str | None:
    return next((one.reason for one in side if one.outcome != MEASURED and one.reason), None)
