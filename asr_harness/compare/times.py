"""All times, energy and memory of a comparison: tested, held together family by family, and judged."""

from __future__ import annotations

from dataclasses import replace
from math import log1p
from statistics import median
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.compare import exact, timing
from asr_harness.compare.cells import Cell
from asr_harness.compare.metrics import LATENCY, METRICS, SHARES
from asr_harness.compare.rules import tolerance
from asr_harness.stats import shrinkage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.compare.metrics import Family, Metric
    from asr_harness.compare.rules import Rule
    from asr_harness.compare.sides import Pair
    from asr_harness.compare.timing import Tested
    from asr_harness.saved import SavedRun

FEWEST_MORE = 2
"""Runs a side that make a test possible at all, with one to spare."""


def test(
    pairs: Sequence[Pair],
    metrics: Sequence[Metric],
    helps: Mapping[str, bool],
    history: Sequence[SavedRun],
    alpha: float,
) -> list[Tested]:
    """Test every metric of every case, and those of the headline over all cases of a model together.

    `helps` tells for which devices the calibration lowers the spread between runs.
    """
    tested = [
        timing.test(cases, metric, history, calibrated=helps.get(cases[0].device, False), alpha=alpha)
        for cases in (*((pair,) for pair in pairs), *timing.groups(pairs))
        for metric in metrics
        if metric.twin is None and (len(cases) == 1 or metric.family == "headline")
    ]
    # A mean over cases that cannot be tested says nothing that its cases do not say.
    return _moderated([one for one in tested if one and (one.difference or len(one.pairs) == 1)], alpha)


def _moderated(tested: Sequence[Tested], alpha: float) -> list[Tested]:
    """Let cases that the same runs measured on a device tell each other how much runs differ."""
    alike: dict[tuple[str, str, tuple[int, ...]], list[int]] = {}
    for i, one in enumerate(tested):
        if len(one.pairs) == 1 and min(len(one.base), len(one.candidate)) >= shrinkage.MIN_RUNS:
            alike.setdefault((one.metric.name, one.pairs[0].device, tuple(one.deviations)), []).append(i)
    found = list(tested)
    for (_, _, runs), places in alike.items():
        deviations = [[tested[i].deviations[run] for run in runs] for i in places]
        differences = [one.difference for one in (tested[i] for i in places) if one.difference is not None]
        moderated = stats.shrink_variances(differences, deviations, alpha)
        for i, difference in zip(places, moderated, strict=True):
            found[i] = replace(tested[i], difference=difference)
    return found


def judge(tested: Sequence[Tested], shares: Mapping[Family, float], rules: Sequence[Rule]) -> list[Cell]:
    """Give the verdicts, each family held to its share of the false-alarm rate by Holm's method."""
    cells: list[Cell] = []
    for family in SHARES:
        mine = [one for one in tested if one.family == family]
        open_ones = [one for one in mine if one.difference is not None]
        adjusted = stats.holm([one.difference.p for one in open_ones if one.difference])
        p_values = {id(one): p for one, p in zip(open_ones, adjusted, strict=True)}
        levels = shares.get(family, 0.0), len(open_ones)
        for one in mine:
            cells += _in_all_units(one, p_values.get(id(one), 1.0), levels, rules)
    return cells


def _in_all_units(one: Tested, p: float, levels: tuple[float, int], rules: Sequence[Rule]) -> list[Cell]:
    """Judge a metric and those that are the same measurement in other units, each by its own tolerance."""
    cells = []
    for metric in METRICS:
        if one.metric.name not in {metric.name, metric.twin}:
            continue
        limits = [tolerance(rules, pair.case_id, metric.name) for pair in one.pairs]
        limit = min((limit for limit in limits if limit is not None), default=None)
        cell = _judge(one.in_unit_of(metric), p, levels, limit)
        if metric.name == LATENCY and len(one.pairs) == 1:
            why = exact.explain_by_tokens(one.pairs[0])
            cell = replace(cell, note="; ".join(filter(None, (cell.note, why))))
        cells.append(cell)
    return cells


def _judge(tested: Tested, p: float, levels: tuple[float, int], limit: float | None) -> Cell:
    """Turn a test into a verdict.

    `p` is adjusted for all tests, `levels` are their share of the false-alarm rate and number, `limit` is
    a rule's tolerance.
    """
    metric, difference, (alpha, n_tests) = tested.metric, tested.difference, levels
    base = median(tested.base) if tested.base else None
    candidate = median(tested.candidate) if tested.candidate else None
    cell = Cell(
        tested.name,
        metric.name,
        "inconclusive",
        metric.gated or limit is not None,
        base,
        candidate,
        calibrated=tested.calibrated,
        note=tested.reason,
    )
    if difference is None:
        effect = candidate / base - 1 if base and candidate else None
        return replace(cell, effect=effect, more_runs=None if effect is None else FEWEST_MORE)
    tolerance_, margin = (log1p(own if limit is None else limit) for own in (metric.tolerance, metric.margin))
    verdict = stats.decide(
        difference.estimate,
        difference.low,
        difference.high,
        is_shown=p <= alpha,
        tolerance=tolerance_,
        margin=margin,
    )
    smallest = stats.minimum_detectable_effect(
        difference.sd,
        tested.n_runs,
        df=tested.variance_df,
        alpha=alpha / n_tests,
    )
    is_together = len(tested.pairs) > 1
    return replace(
        cell,
        verdict=verdict,
        # Where only the mean over cases is open, its cases are not.
        gated=cell.gated and not (is_together and verdict == "inconclusive"),
        effect=stats.as_change(difference.estimate),
        low=stats.as_change(difference.low),
        high=stats.as_change(difference.high),
        p=p,
        smallest_effect=None if smallest is None else stats.as_change(smallest),
        more_runs=_more_runs(tested, difference, margin, alpha / n_tests)
        if verdict == "inconclusive"
        else None,
        note="; ".join(
            filter(None, (f"{len(tested.pairs)} cases" if len(tested.pairs) > 1 else "", tested.reason))
        ),
    )


def _more_runs(tested: Tested, difference: stats.Difference, margin: float, alpha: float) -> int | None:
    """Give the runs that a side still lacks to show the margin, or what was estimated if that is more."""
    effect = max(margin, abs(difference.estimate))
    needed = stats.runs_needed(difference.sd, effect, alpha=alpha, prior_df=difference.prior_df)
    return None if needed is None else max(1, needed - round(tested.n_runs))
