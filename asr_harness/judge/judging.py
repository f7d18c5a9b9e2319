"""Evidence and a policy in, one judgement out: exact signals first, statistics where there is noise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.errors import RecordError, RuleError
from asr_harness.judge.across_systems import as_of_base
from asr_harness.judge.judge_exact import judge_exact
from asr_harness.judge.judge_forks import NOT_BY_FORKS, judge_forks, rest_of_alpha
from asr_harness.judge.judge_rates import TestedRate, judge_rates, pool_rates, test_rate
from asr_harness.judge.judge_times import judge_times
from asr_harness.judge.judge_utterances import judge_utterances
from asr_harness.judge.judgement import ALL_METRICS, FAILED, OUTCOME, Finding, Judgement, worst_first
from asr_harness.judge.kernel import changed_kernels
from asr_harness.judge.policy import Policy
from asr_harness.judge.rules import Waiver, check_all_used, rule_units
from asr_harness.judge.sides import Pair, notes_on_runs, pair_up
from asr_harness.judge.tested_times import (
    SHARES,
    SHARES_BESIDE_FORKS,
    ratio_metrics,
    spreads_by_device,
    test_all,
)
from asr_harness.metrics import RateMetric, all_metrics, measurement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asr_harness.judge.evidence import Evidence
    from asr_harness.judge.kernel import Kernel
    from asr_harness.judge.policy import Across
    from asr_harness.judge.tested_times import Tested
    from asr_harness.schema import RunFile

NO_RUNS = "times alone are judged: a commit's asr-harness is too old to hand over its runs"
ACROSS_COMMITS: tuple[Across, ...] = ("weights", "decoding")
"""What `ab` always looks past: two commits may well load other weights, and decode otherwise."""


def judge(evidence: Evidence, policy: Policy | None = None) -> Judgement:
    """Judge every metric of every case, all together at the policy's false-alarm rate.

    Raises RecordError where the sides have no case in common, RuleError where a rule or waiver guards
    nothing.
    """
    policy = policy or Policy()
    if evidence.forks is None:
        return _judge_runs(evidence, policy)
    of_forks = _without_what_forks_do_not_judge(policy)
    by_forks = judge_forks(evidence, evidence.forks, of_forks)
    n_forks = max((len(ratios) for ratios in evidence.forks.log_ratios.values()), default=0)
    if not evidence.base or not evidence.candidate:
        return Judgement(
            "base", "candidate", "fork", (n_forks, n_forks), policy.alpha,
            _sorted(_waived(by_forks, of_forks, {})), (NO_RUNS,), undecided=policy.undecided,
        )  # fmt: skip
    by_runs = replace(
        of_forks,
        alpha=policy.alpha * rest_of_alpha(evidence),
        across=tuple(dict.fromkeys((*policy.across, *ACROSS_COMMITS))),
    )
    judgement = _judge_runs(evidence, by_runs, by_forks)
    left = [rule.text for rule in policy.rules if rule.metric in NOT_BY_FORKS]
    notes = [f"left to compare on saved runs, as ab does not judge it: {', '.join(left)}"] if left else []
    return replace(
        judgement, unit="fork", n_units=(n_forks, n_forks), alpha=policy.alpha,
        notes=(*notes, *judgement.notes),
    )  # fmt: skip


def _without_what_forks_do_not_judge(policy: Policy) -> Policy:
    return replace(
        policy,
        rules=tuple(rule for rule in policy.rules if rule.metric not in NOT_BY_FORKS),
        waivers=tuple(waiver for waiver in policy.waivers if waiver.metric not in NOT_BY_FORKS),
    )


def _judge_runs(evidence: Evidence, policy: Policy, by_forks: Sequence[Finding] | None = None) -> Judgement:
    """Judge saved runs; `by_forks` are findings on times, and maybe outcomes, that forks gave."""
    base, candidate = evidence.base, evidence.candidate
    labels = _label(base), _label(candidate)
    identities = [{run.identity for run in side} for side in (base, candidate)]
    systems: list[str] = []
    if "system" in policy.across:
        candidate, systems = as_of_base(base, candidate)
    pairs, findings, notes = pair_up(
        base, candidate, policy.across, policy.alpha, partial(policy.limit_by_rule, OUTCOME)
    )
    open_pairs = [pair for pair in pairs if pair.all_barrier is None]
    findings += [
        Finding(pair.case_id, ALL_METRICS, "incomparable", note=pair.all_barrier)
        for pair in pairs
        if pair.all_barrier
    ]
    for pair in open_pairs:
        findings += judge_exact(pair, policy)
        findings += judge_utterances(pair)
    clocked = [pair for pair in open_pairs if pair.times_barrier is None]
    spreads = spreads_by_device(clocked) if by_forks is None else {}
    rates = list(_test_rates(open_pairs, policy))
    kernels = changed_kernels(clocked, policy.alpha) if by_forks is None else {}
    tested = _test_times(clocked, evidence, spreads, policy, kernels)
    kept = SHARES if by_forks is None else SHARES_BESIDE_FORKS
    shares = stats.shared_out(policy.alpha, kept, _families(tested, rates, policy))
    findings += judge_times(tested, shares, policy)
    findings += [one for one in rates if isinstance(one, Finding)]
    findings += judge_rates([one for one in rates if isinstance(one, TestedRate)], shares, policy)
    group_of = {pair.case_id: pair.group for pair in pairs}
    findings = _settled(_replaced(by_forks or (), findings), group_of)
    is_itself = by_forks is None and identities[0] == identities[1]
    if is_itself:
        findings = [_of_itself(finding) for finding in findings]
    _check_policy(policy, pairs, findings)
    overlooked = dict.fromkeys(text for pair in open_pairs for text in pair.overlooked)
    return Judgement(
        *labels,
        "run",
        (len(base), len(candidate)),
        policy.alpha,
        _sorted(_waived(findings, policy, group_of)),
        (*systems, *notes, *_times_left_out(open_pairs), *overlooked, *notes_on_runs(base, candidate)),
        {
            device: f"{device}: {_spread(*spread)}{_told(kernels.get(device))}"
            for device, spread in spreads.items()
        },
        policy.undecided,
        is_itself,
    )


def _test_times(
    pairs: Sequence[Pair],
    evidence: Evidence,
    spreads: dict[str, tuple[float, float]],
    policy: Policy,
    kernels: Mapping[str, Kernel],
) -> list[Tested]:
    metrics = [metric for metric in ratio_metrics() if evidence.forks is None or not metric.is_time]
    helps = {device: calibrated < raw for device, (raw, calibrated) in spreads.items()}
    return test_all(pairs, metrics, helps, evidence.history, policy.alpha, kernels)


def _test_rates(pairs: Sequence[Pair], policy: Policy) -> Iterator[TestedRate | Finding]:
    metrics = [
        metric
        for metric in all_metrics()
        if isinstance(metric, RateMetric)
        and metric.test == "rate"
        and (policy.names(metric) or not metric.on_demand)
    ]
    tested = (test_rate(pair, metric, policy.alpha) for pair in pairs for metric in metrics)
    found = [one for one in tested if one is not None]
    yield from found
    yield from pool_rates([one for one in found if isinstance(one, TestedRate)], policy.alpha)


def _families(tested: Sequence[Tested], rates: Sequence[TestedRate | Finding], policy: Policy) -> set[str]:
    """Give the families of which something is tested that sets the exit status."""
    open_rates = (one for one in rates if isinstance(one, TestedRate))
    tests: tuple[Tested | TestedRate, ...] = (*tested, *open_rates)
    return {one.family for one in tests if one.difference is not None and one.is_gated(policy)}


def _settled(findings: Sequence[Finding], group_of: Mapping[str, str]) -> list[Finding]:
    """Let whole models decide where they have a row: what is open in a case alone leaves the status alone.

    A row that is open counts unless each of its cases is decided; a case that is open, only without a row.
    """
    rows = {(one.case_id, one.metric): one for one in findings if one.case_id in set(group_of.values())}
    open_cases = {
        (group_of[one.case_id], one.metric)
        for one in findings
        if one.case_id in group_of and one.verdict == "inconclusive"
    }
    settled = []
    for one in findings:
        is_open = one.verdict == "inconclusive"
        is_told_by_row = (group_of.get(one.case_id, ""), one.metric) in rows
        is_told_by_cases = (one.case_id, one.metric) in rows and (one.case_id, one.metric) not in open_cases
        settled.append(replace(one, gated=False) if is_open and (is_told_by_row or is_told_by_cases) else one)
    return settled


def _of_itself(finding: Finding) -> Finding:
    """Give what a side against itself shows: nothing, however much its runs differ among themselves."""
    same = finding.verdict == "unchanged"
    note = finding.note if same else "; ".join(filter(None, ("the same runs on both sides", finding.note)))
    return finding if same else replace(finding, verdict="unchanged", more_units=None, note=note)


def _replaced(by_forks: Sequence[Finding], findings: Sequence[Finding]) -> list[Finding]:
    """Put findings by forks in the place of those about the same."""
    about = {(finding.case_id, finding.metric) for finding in by_forks}
    return [*by_forks, *(one for one in findings if (one.case_id, one.metric) not in about)]


def _check_policy(policy: Policy, pairs: Sequence[Pair], findings: Sequence[Finding]) -> None:
    """Raise RuleError for a rule that guards nothing, and for a waiver that could never act."""
    targets = set(_targets(pairs, findings))
    check_all_used((*policy.rules, *policy.waivers), targets)
    for waiver in policy.waivers:
        covered = sorted({case_id for case_id, metric in targets if waiver.covers(case_id, metric)})
        policy.check_acts(waiver, covered)
        if not any((case_id, measurement(waiver.gain)) in targets for case_id in covered):
            raise RuleError(
                f"waiver {waiver.text!r} can never act: {waiver.gain} was not compared in {covered[0]}"
            )


def _targets(pairs: Sequence[Pair], findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """Give what rules may speak of: what was judged, and all of a case that is barred or was lost."""
    barred = [pair.case_id for pair in pairs if pair.all_barrier or pair.times_barrier]
    lost = [one.case_id for one in findings if one.metric == OUTCOME and one.verdict in FAILED]
    yield from ((finding.case_id, finding.metric) for finding in findings)
    yield from ((case_id, metric) for case_id in (*barred, *lost) for metric in rule_units())


def _waived(findings: Sequence[Finding], policy: Policy, group_of: Mapping[str, str]) -> list[Finding]:
    """Let waivers act; `group_of` names each case's model, whose row may show what was gained."""
    by_name = {(finding.case_id, finding.metric): finding for finding in findings}
    waived = []
    for finding in findings:
        cases = [case_id for case_id, group in group_of.items() if group == finding.case_id]
        rows = (finding.case_id, group_of.get(finding.case_id, ""))
        waiver = next(
            (
                one
                for one in policy.waivers
                if _covers(one, finding, cases)
                and _is_small_enough(one, finding)
                and any(_is_gained(one, by_name.get((row, measurement(one.gain)))) for row in rows)
            ),
            None,
        )
        waived.append(replace(finding, waived_by=waiver.text) if waiver else finding)
    return waived


def _covers(waiver: Waiver, finding: Finding, cases: Sequence[str]) -> bool:
    """Whether a waiver speaks of a finding: of a model's row if it does of every case in it."""
    return all(waiver.covers(case_id, finding.metric) for case_id in cases or (finding.case_id,))


def _is_small_enough(waiver: Waiver, finding: Finding) -> bool:
    is_regression = finding.verdict == "regression" and finding.effect is not None
    return is_regression and abs(finding.effect or 0.0) <= waiver.limit


def _is_gained(waiver: Waiver, gain: Finding | None) -> bool:
    is_shown = gain is not None and gain.verdict == "improvement"
    return is_shown and gain is not None and abs(gain.effect or 0.0) >= waiver.gained


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=worst_first))


def _times_left_out(pairs: Sequence[Pair]) -> list[str]:
    reasons = dict.fromkeys(pair.times_barrier for pair in pairs if pair.times_barrier)
    return [f"times, energy and memory are not compared: {reason}" for reason in reasons]


def _label(runs: Sequence[RunFile]) -> str:
    if not runs:
        raise RecordError("a side has no runs")
    return ", ".join(dict.fromkeys(run.label for run in runs))


def _spread(raw: float, calibrated: float) -> str:
    used = "used" if calibrated < raw else "not used"
    return f"calibration {used}: runs of a side differ by {raw:.1%} raw, {calibrated:.1%} calibrated"


def _told(kernel: Kernel | None) -> str:
    if kernel is None:
        return ""
    how = (
        "" if kernel.in_turn else "; the sides were not measured in turn, so that it may be the hour's doing"
    )
    return f"; the kernel itself changed by {stats.as_change(kernel.difference.estimate):+.1%}{how}"
