"""Latency by the forks of `ab`: of each case, and of all cases of a model together."""

from __future__ import annotations

from dataclasses import replace
from math import log1p
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.counting import counted
from asr_harness.judge.judge_outcomes import outcome_finding
from asr_harness.judge.judgement import UNPAIRED, Finding
from asr_harness.metrics import find, latency
from asr_harness.schema import STAGES
from asr_harness.stats import sequential

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.judge.evidence import Evidence, Forks, LogRatio
    from asr_harness.judge.policy import Policy
    from asr_harness.metrics import Metric
    from asr_harness.schema import RunFile
    from asr_harness.stats.sequential import Decision

LATENCY = latency.METRIC.key
NOT_BY_FORKS = ("energy", "p95", "time_per_token", *STAGES)
"""Metrics that saved runs tell and forks do not: a rule for one is told, and left to `compare`."""

LEAST_SEEN = 0.02
"""By how much two ratios have to differ for a reader to notice in values of three digits."""

Decisions = dict[str, "Decision"]
Groups = dict[str, list[str]]

CASES, PER_MODEL, RATES, REST = "cases", "per_model", "rates", "rest"
SHARES: Mapping[str, float] = {CASES: 0.7, PER_MODEL: 0.2, REST: 0.1}
SHARES_WITH_RATES: Mapping[str, float] = {CASES: 0.2, PER_MODEL: 0.2, RATES: 0.5, REST: 0.1}
"""Of the false-alarm rate: latency of cases and of models, error rates where transcripts differ, all else.

Stages only inform, and are held to the whole rate by themselves.
"""


def judge_forks(evidence: Evidence, forks: Forks, policy: Policy) -> list[Finding]:
    """Give the findings on times and on cases that one side lost."""
    groups = groups_of(evidence, forks)
    latency_of_cases = _decide_cases(evidence, forks, policy, groups)
    findings = [_finding(case_id, LATENCY, decision) for case_id, decision in latency_of_cases.items()]
    by_model = decide_models(forks, policy, groups)
    findings += [_finding(pattern, LATENCY, decision) for pattern, decision in by_model.items()]
    findings += _stages(forks, policy, latency_of_cases)
    findings = [_with_values(finding, evidence, groups) for finding in findings]
    findings += [_lost(case_id, *what) for case_id, what in forks.lost.items()]
    return findings


def decide_cases(evidence: Evidence, forks: Forks, policy: Policy) -> Decisions:
    """Judge the latency of every case on its forks so far."""
    return _decide_cases(evidence, forks, policy, groups_of(evidence, forks))


def _decide_cases(evidence: Evidence, forks: Forks, policy: Policy, groups: Groups) -> Decisions:
    values = {case_id: [ratio.raw for ratio in ratios] for case_id, ratios in forks.log_ratios.items()}
    share = shares(evidence)[CASES] + (0.0 if groups else SHARES[PER_MODEL])
    return _decide(forks, policy, values, share, {case_id: [case_id] for case_id in values})


def decide_models(forks: Forks, policy: Policy, groups: Groups) -> Decisions:
    """Judge the mean latency over the cases of each model, by the forks that had all of them."""
    raw = {case_id: [ratio.raw for ratio in ratios] for case_id, ratios in forks.log_ratios.items()}
    # Cases leave once they are decided and do not come back, so the first forks had all.
    values = {
        pattern: [stats.mean(ratios) for ratios in zip(*(raw[case_id] for case_id in members), strict=False)]
        for pattern, members in groups.items()
    }
    return _decide(forks, policy, values, SHARES[PER_MODEL], groups)


def shares(evidence: Evidence) -> Mapping[str, float]:
    """Share out the false-alarm rate; error rates take of it only where transcripts differ."""
    return SHARES_WITH_RATES if _transcripts_differ((*evidence.base, *evidence.candidate)) else SHARES


def rest_of_alpha(evidence: Evidence) -> float:
    """Give the part of the false-alarm rate that all but times takes."""
    shared = shares(evidence)
    return shared[REST] + shared.get(RATES, 0.0)


def _transcripts_differ(runs: Sequence[RunFile]) -> bool:
    """Whether any case has been heard in more than one way, by whichever side."""
    heard: dict[str, object] = {}
    for run in runs:
        for case_id, record in run.records.items():
            if record.result is not None:
                texts = record.result.quality.hypotheses
                if heard.setdefault(case_id, texts) != texts:
                    return True
    return False


def groups_of(evidence: Evidence, forks: Forks) -> Groups:
    """Give the cases that differ in bucket and batch size alone, by their pattern, where there are two.

    What a case is, its saved runs tell; its id has dashes in names as well as between them.
    """
    runs = (*evidence.base, *evidence.candidate)
    cases = {case_id: record.case for run in runs for case_id, record in run.records.items()}
    groups: dict[str, list[str]] = {}
    for case_id in forks.log_ratios:
        if case_id in cases:
            groups.setdefault(cases[case_id].group, []).append(case_id)
    return {pattern: case_ids for pattern, case_ids in groups.items() if len(case_ids) > 1}


def _decide(
    forks: Forks,
    policy: Policy,
    values: Mapping[str, Sequence[float]],
    share: float,
    members: Mapping[str, Sequence[str]],
) -> Decisions:
    """Judge at a share of the false-alarm rate, by the strictest tolerance and limit of any member."""
    metric = latency.METRIC
    return sequential.decide_all(
        values,
        forks.looks,
        alpha=policy.alpha * share,
        tolerance=log1p(policy.tolerance_of(metric)),
        limit=log1p(policy.limit_of(metric)),
        bound_alpha=policy.alpha,
        limits={
            name: (log1p(policy.tolerance_of(metric, *case_ids)), log1p(policy.limit_of(metric, *case_ids)))
            for name, case_ids in members.items()
        },
        orders={name: _orders(forks.log_ratios[case_ids[0]]) for name, case_ids in members.items()},
    )


def _orders(ratios: Sequence[LogRatio]) -> list[bool]:
    """Tell of each fork whether the base started first; all cases of a fork started in the same order."""
    return [ratio.first == "base" for ratio in ratios]


def _stages(forks: Forks, policy: Policy, latency_of_cases: Decisions) -> list[Finding]:
    """Say of cases whose latency changed in which stage it did."""
    values = {
        (case_id, stage): [ratio.stages[stage] for ratio in ratios]
        for case_id, ratios in forks.log_ratios.items()
        for stage in STAGES
        if all(stage in ratio.stages for ratio in ratios)
    }
    decisions = sequential.decide_all(
        values,
        forks.looks,
        alpha=policy.alpha,
        tolerance=log1p(policy.tolerance_of(latency.METRIC)),
        limit=log1p(policy.limit_of(latency.METRIC)),
        orders={(case_id, stage): _orders(forks.log_ratios[case_id]) for case_id, stage in values},
    )
    return [
        replace(_finding(case_id, stage, decision), gated=False, more_units=None, note="")
        for (case_id, stage), decision in decisions.items()
        if latency_of_cases[case_id].verdict in ("regression", "improvement")
    ]


def _with_values(finding: Finding, evidence: Evidence, groups: Mapping[str, Sequence[str]]) -> Finding:
    """Add what the forks' saved runs measured: geometric means over runs, and over the cases of a model.

    Where these contradict the change, their own is beside them.
    """
    metric = find(finding.metric)
    case_ids = groups.get(finding.case_id, (finding.case_id,))
    if metric is None:
        return finding
    base, candidate = (_mean_of(runs, case_ids, metric) for runs in (evidence.base, evidence.candidate))
    with_values = replace(finding, base=base, candidate=candidate)
    unpaired = candidate / base - 1 if base and candidate is not None else None
    if unpaired is None or not _contradicts(finding, unpaired):
        return with_values
    return replace(with_values, details={**finding.details, UNPAIRED: unpaired})


def _contradicts(finding: Finding, unpaired: float) -> bool:
    """Whether whole runs differ by what pairs of rounds exclude, or where nothing bounds these, otherwise."""
    if finding.effect is None or abs((1 + unpaired) / (1 + finding.effect) - 1) < LEAST_SEEN:
        return False
    if finding.low is None or finding.high is None:
        return finding.effect * unpaired < 0
    return not finding.low <= unpaired <= finding.high


def _mean_of(runs: Sequence[RunFile], case_ids: Sequence[str], metric: Metric) -> float | None:
    records = [run.records[case_id] for run in runs for case_id in case_ids if case_id in run.records]
    return metric.pooled(record.result for record in records if record.result is not None)


def _lost(case_id: str, side: str, outcome: str, reason: str) -> Finding:
    before, after = (outcome, "measured") if side == "base" else ("measured", outcome)
    return outcome_finding(case_id, before, after, reason)


def _finding(case_id: str, metric: str, decision: Decision) -> Finding:
    effects = (
        decision.estimate,
        decision.low,
        decision.high,
        decision.minimum_detectable_effect,
        decision.worst,
    )
    effect, low, high, mde, excluded = (
        None if value is None else stats.as_change(value) for value in effects
    )
    return Finding(
        case_id,
        metric,
        decision.verdict,
        effect=effect,
        low=low,
        high=high,
        p=decision.p,
        mde=mde,
        excluded=excluded,
        more_units=decision.more_forks,
        unit="fork",
        note=f"over {counted(decision.n, 'fork')}",
    )
