"""Verdicts on times, energy and memory: held together family by family."""

from __future__ import annotations

from dataclasses import replace
from math import log1p
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.counting import counted
from asr_harness.judge.judge_exact import explain_by_tokens
from asr_harness.judge.judgement import Finding
from asr_harness.judge.kernel import combined
from asr_harness.metrics import all_metrics, latency
from asr_harness.metrics.base import geometric_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.judge.kernel import Kernel
    from asr_harness.judge.policy import Policy
    from asr_harness.judge.tested_times import Tested
    from asr_harness.metrics import Metric

MIN_EXTRA_RUNS = 2
"""Runs a side that make a test possible at all, with one to spare."""


def judge_times(tested: Sequence[Tested], shares: Mapping[str, float], policy: Policy) -> list[Finding]:
    """Give the verdicts, each family held to its share of the false-alarm rate by Holm's method.

    What only informs takes no share: all of it together is held to the policy's rate.
    """
    families: dict[str | None, list[Tested]] = {}
    for one in tested:
        families.setdefault(one.family if one.is_gated(policy) else None, []).append(one)
    findings: list[Finding] = []
    for family, members in families.items():
        open_tests = [one for one in members if one.difference is not None]
        adjusted = stats.holm([one.difference.p for one in open_tests if one.difference])
        p_values = {id(one): p for one, p in zip(open_tests, adjusted, strict=True)}
        alpha = policy.alpha if family is None else shares.get(family, 0.0)
        levels = alpha, len(open_tests)
        findings += [_in_all_units(one, p_values.get(id(one), 1.0), levels, policy) for one in members]
    return findings


def _in_all_units(tested: Tested, p: float, levels: tuple[float, int], policy: Policy) -> Finding:
    """Judge a measurement once; `details` have the values of both sides in its other units."""
    finding = _judge(tested, p, levels, policy)
    if tested.metric.key == latency.METRIC.key and len(tested.pairs) == 1:
        why = explain_by_tokens(tested.pairs[0])
        finding = replace(finding, note="; ".join(filter(None, (finding.note, why))))
    details = dict(finding.details)
    for metric in all_metrics():
        if metric.test is not None and metric.same_as == tested.metric.key:
            base, candidate = tested.values_of(metric)
            details |= {f"{metric.key}_base": base, f"{metric.key}_candidate": candidate}
    return replace(finding, details=details)


def _judge(tested: Tested, p: float, levels: tuple[float, int], policy: Policy) -> Finding:
    """Turn a test into a verdict; `levels` are the share of the false-alarm rate and the number of tests."""
    metric, difference, (alpha, n_tests) = tested.metric, tested.difference, levels
    case_ids = [pair.case_id for pair in tested.pairs]
    finding = Finding(
        tested.name,
        metric.key,
        "inconclusive",
        tested.is_gated(policy),
        geometric_mean(tested.base),
        geometric_mean(tested.candidate),
        calibrated=tested.calibrated,
        note=tested.reason,
    )
    if difference is None:
        base, candidate = finding.base, finding.candidate
        effect = candidate / base - 1 if base and candidate else None
        return replace(finding, effect=effect, more_units=None if effect is None else MIN_EXTRA_RUNS)
    tolerance = log1p(policy.tolerance_of(metric, *case_ids))
    limit = log1p(policy.limit_of(metric, *case_ids))
    sign = 1 if metric.lower_is_better else -1
    worst = _worst(difference, metric, policy.alpha)
    verdict = stats.decide(
        sign * difference.estimate, worst, is_shown=p <= alpha, tolerance=tolerance, limit=limit
    )
    note = tested.reason
    if tested.kernel is not None and tested.raw is not None:
        calibrated = verdict
        verdict, note = _by_raw_too(tested, tested.kernel, tested.raw, verdict, (policy, *levels))
        if verdict != calibrated:
            # What is shown is what decided.
            difference, worst = tested.raw, _worst(tested.raw, metric, policy.alpha)
            finding, p = replace(finding, calibrated=False), tested.raw.p
    level, is_per_model = alpha / n_tests, len(tested.pairs) > 1
    mde = _mde(tested, difference, level)
    return replace(
        finding,
        verdict=verdict,
        effect=stats.as_change(difference.estimate),
        low=stats.as_change(difference.low),
        high=stats.as_change(difference.high),
        p=p,
        mde=None if mde is None else stats.as_change(mde),
        excluded=stats.as_change(worst),
        more_units=_more_runs(tested, difference, limit, level) if verdict == "inconclusive" else None,
        note="; ".join(filter(None, (counted(len(tested.pairs), "case") if is_per_model else "", note))),
    )


def _by_raw_too(
    tested: Tested,
    kernel: Kernel,
    raw: stats.Difference,
    calibrated: stats.ChangeVerdict,
    levels: tuple[Policy, float, int],
) -> tuple[stats.ChangeVerdict, str]:
    """Judge raw times as well where the kernel itself changed, and show both."""
    policy, alpha, n_tests = levels
    case_ids = [pair.case_id for pair in tested.pairs]
    by_raw = stats.decide(
        raw.estimate,
        _worst(raw, tested.metric, policy.alpha),
        is_shown=raw.p * n_tests <= alpha,
        tolerance=log1p(policy.tolerance_of(tested.metric, *case_ids)),
        limit=log1p(policy.limit_of(tested.metric, *case_ids)),
    )
    changes = (kernel.difference, raw, tested.difference or raw)
    changed = [f"{stats.as_change(change.estimate):+.1%}" for change in changes]
    note = f"kernel itself {changed[0]}: raw {changed[1]}, calibrated {changed[2]}"
    return combined(calibrated, by_raw, raw, kernel, policy.alpha), note


def _worst(difference: stats.Difference, metric: Metric, alpha: float) -> float:
    """Give the one-sided bound of harm, more being worse."""
    return difference.at_most(alpha) if metric.lower_is_better else -difference.at_least(alpha)


def _mde(tested: Tested, difference: stats.Difference, alpha: float) -> float | None:
    return stats.minimum_detectable_effect(
        difference.sd,
        tested.n_runs,
        df=tested.history_df,
        prior_df=difference.prior_df,
        alpha=alpha,
    )


def _more_runs(tested: Tested, difference: stats.Difference, limit: float, alpha: float) -> int | None:
    """Give the runs that a side still lacks to show the limit, or what was estimated if that is more."""
    effect = max(limit, abs(difference.estimate))
    needed = stats.runs_needed(difference.sd, effect, alpha=alpha, prior_df=difference.prior_df)
    return None if needed is None else max(1, needed - round(tested.n_runs))
