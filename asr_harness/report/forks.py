"""What `asr-harness ab` says while it runs and at its end, in lines for a terminal."""

from __future__ import annotations

from math import ceil, inf
from statistics import median
from textwrap import wrap
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.judge.judgement import EXIT_UNDECIDED
from asr_harness.metrics import latency, units
from asr_harness.report import verdicts, words
from asr_harness.stats import as_change, standard_deviation
from asr_harness.stats.sequential import MIN_FORKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.judge import Forks, Judgement
    from asr_harness.stats.sequential import Decision

LATENCY = latency.METRIC.key


def progress(
    number: int,
    decisions: Mapping[str, Decision],
    left_s: float,
    so_far: Mapping[str, tuple[float, float]] | None = None,
) -> str:
    """Say after a fork what is estimated of the slowest case, how many are decided, and the time left.

    `so_far` are intervals that decide nothing, in log ratios, for cases that no look has bounded yet.
    """
    n_decided = sum(decision.verdict != "inconclusive" for decision in decisions.values())
    estimated = [_slowest(decisions, so_far or {})] if decisions else []
    decided = f"{n_decided} of {counted(len(decisions), 'case')} decided"
    return f"fork {number}: {'; '.join([*estimated, decided, f'{units.duration(left_s)} left'])}"


def standing(
    number: int,
    decisions: Mapping[str, Decision],
    left_s: float,
    doing: str,
    so_far: Mapping[str, tuple[float, float]] | None = None,
) -> str:
    """Say during a fork where it stands, what a reader wants first before what a narrow terminal cuts off."""
    estimated = [_slowest(decisions, so_far or {})] if decisions else []
    return "; ".join([f"fork {number}", f"{units.duration(left_s)} left", *estimated, doing])


def _slowest(decisions: Mapping[str, Decision], so_far: Mapping[str, tuple[float, float]]) -> str:
    case_id, worst = max(decisions.items(), key=lambda item: item[1].estimate or 0.0)
    name = "" if len(decisions) == 1 else f"slowest {case_id} "
    return f"{name}{_percent(worst.estimate)} % [{_interval(worst, so_far.get(case_id))}]"


def too_short(n_forks: int, fork_s: float, spent_s: float = 0.0, budget_s: float = inf) -> str | None:
    """Warn where the budget holds fewer forks of a length than a verdict needs, or is exceeded by now."""
    if n_forks >= MIN_FORKS:
        return None
    takes = f"a fork takes {units.duration(fork_s)}, and a verdict needs {MIN_FORKS}"
    if spent_s > budget_s:
        takes = (
            f"the budget of {units.duration(budget_s)} is exceeded: the first fork of both sides is always "
            f"taken to its end, and took {units.duration(spent_s)}; {takes}"
        )
    enough = f"--budget {ceil(MIN_FORKS * fork_s * 1.1 / units.MINUTE_S)}m"
    return f"{takes}: this may end undecided; give {enough}, or select fewer cases"


def once_more(judgement: Judgement, n_forks: int, spent_s: float, budget_s: float, most: int) -> str | None:
    """Say what to type where the end was left open: a further session, with so much more; else None.

    `n_forks` took `spent_s` seconds of a budget that held them, of at most `most` forks.
    """
    lacking = [finding.more_units or 0 for finding in judgement.findings if finding.gated]
    if judgement.exit_status != EXIT_UNDECIDED or not n_forks:
        return None
    n_wanted = max(n_forks + max(lacking, default=0), MIN_FORKS)
    wanted_s = max(n_wanted * spent_s / n_forks, budget_s)
    enough = f"--budget {ceil(wanted_s * 1.1 / units.MINUTE_S)}m"
    if n_wanted > most:
        enough += f" --forks {n_wanted}"
    return f"a further `asr-harness ab` begins anew, and takes none of these forks over: give it {enough}"


def conclusion(judgement: Judgement, forks: Forks, left_out: Mapping[str, str], width: int) -> list[str]:
    """Lay out the latency of every case, the slowest first, then all else that was judged."""
    latencies = sorted(
        (finding for finding in judgement.findings if finding.metric == LATENCY),
        key=lambda finding: -(finding.effect or 0.0),
    )
    others = [finding for finding in judgement.findings if finding.metric != LATENCY]
    lines = ["", *verdicts.opening(judgement, width), ""]
    if latencies:
        lines += [*verdicts.rows_of(latencies, width), *_spreads(forks, width)]
    lines += verdicts.sections(others, width)
    lost = [f"left out: {test_id}: {reason}" for test_id, reason in left_out.items()]
    for line in lost:
        lines += wrap(line, width, subsequent_indent="  ")
    return [*lines, *verdicts.closing(judgement, width)]


def _spreads(forks: Forks, width: int) -> list[str]:
    """Say how much forks differ, by the raw log ratios that were judged and by the calibrated ones."""
    several: list[Sequence[float]] = []
    calibrated: list[Sequence[float]] = []
    for ratios in forks.log_ratios.values():
        if len(ratios) > 1:
            several.append([ratio.raw for ratio in ratios])
            calibrated.append([ratio.calibrated for ratio in ratios])
    if not several:
        return []
    raw_sd, calibrated_sd = (
        median(standard_deviation(values) or 0.0 for values in columns) for columns in (several, calibrated)
    )
    line = (
        f"SD between forks {raw_sd:.1%} ({calibrated_sd:.1%} calibrated, not used); intervals are "
        "simultaneous over cases and interim looks"
    )
    return wrap(line, width)


def _percent(log_ratio: float | None) -> str:
    return units.UNMEASURED if log_ratio is None else words.end(as_change(log_ratio), LATENCY)


def _interval(decision: Decision, so_far: tuple[float, float] | None) -> str:
    if decision.low is not None and decision.high is not None:
        return f"{_percent(decision.low)} to {_percent(decision.high)}"
    return f"{_percent(so_far[0])} to {_percent(so_far[1])} so far" if so_far else "not yet bounded"
