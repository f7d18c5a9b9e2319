"""Two sides of saved runs in, verdicts out: deterministic signals first, statistics where there is noise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.compare import exact, quality, times, timing
from asr_harness.compare.cells import VERDICTS, Cell, Comparison
from asr_harness.compare.metrics import EXACT, METRICS, NAMES, OUTCOME, RATES, SHARES, Family
from asr_harness.compare.rules import Rule, Trade, check_all_used, tolerance
from asr_harness.compare.sides import ACROSS, Pair, notes_on_runs, pair_up
from asr_harness.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asr_harness.compare.timing import Tested
    from asr_harness.saved import SavedRun
    from asr_harness.types import Verdict

__all__ = ["ACROSS", "EXIT_UNDECIDED", "EXIT_UNUSABLE", "Cell", "Comparison", "compare", "exit_status"]

LOST: tuple[Verdict, ...] = ("regression", "missing")
EXIT_FINE, EXIT_REGRESSION, EXIT_UNUSABLE, EXIT_UNDECIDED = 0, 1, 2, 3


def compare(
    base: Sequence[SavedRun],
    candidate: Sequence[SavedRun],
    *,
    rules: Sequence[Rule] = (),
    trades: Sequence[Trade] = (),
    alpha: float = stats.ALPHA,
    across: Sequence[str] = (),
    history: Sequence[SavedRun] = (),
    timed: Sequence[Cell] | None = None,
) -> Comparison:
    """Judge every metric of every case, all together at the false-alarm rate `alpha`.

    `history` are former runs, from which the noise is known where a side has a single run; `across` names
    what may differ (`ACROSS`). Where times were judged by other means, `timed` has those cells (and maybe
    outcomes), and runs are not asked about times. Raises RecordError where the sides have no case in common,
    RuleError where a rule speaks of nothing.
    """
    pairs, cells, notes = pair_up(base, candidate, across)
    open_pairs = [pair for pair in pairs if pair.all_barrier is None]
    cells += [_incomparable(pair) for pair in pairs if pair.all_barrier]
    for pair in open_pairs:
        cells += exact.judge_exact(pair, {name: tolerance(rules, pair.case_id, name) for name in EXACT})
    clocked = [pair for pair in open_pairs if pair.times_barrier is None]
    spreads = timing.calibrated_devices(clocked) if timed is None else {}
    rated = _rated(open_pairs, alpha)
    metrics = [metric for metric in METRICS if timed is None or not metric.is_time]
    helps = {device: by_kernel < raw for device, (raw, by_kernel) in spreads.items()}
    tested = times.test(clocked, metrics, helps, history, alpha)
    shares = stats.shared_out(alpha, SHARES, _families(tested, rated))
    cells += times.judge(tested, shares, rules)
    cells += [one for one in rated if isinstance(one, Cell)]
    open_rates = [one for one in rated if not isinstance(one, Cell)]
    cells += _judge_rates(open_rates, shares.get("quality", 0.0), rules)
    check_all_used((*rules, *trades), _spoken_of(pairs, (*(timed or ()), *cells)))
    looked_past = dict.fromkeys(text for pair in open_pairs for text in pair.looked_past)
    cells = _traded(_with(timed or (), cells), trades)
    return Comparison(
        base=_side_label(base),
        candidate=_side_label(candidate),
        n_runs=(len(base), len(candidate)),
        alpha=alpha,
        cells=tuple(sorted(cells, key=_worst_first)),
        notes=(*notes, *_times_left_out(open_pairs), *looked_past, *notes_on_runs(base, candidate)),
        calibrated_devices={device: f"{device}: {_said(*spread)}" for device, spread in spreads.items()},
    )


def exit_status(comparison: Comparison, *, undecided: str | None = None) -> int:
    """Give 0 nothing regressed, 1 a regression, 2 nothing could be compared, 3 undecided.

    `undecided` may be `pass` or `fail`: what is not decided then counts as fine, or as a regression.
    """
    if comparison.of(*LOST, gated=True):
        return EXIT_REGRESSION
    if comparison.is_empty:
        return EXIT_UNUSABLE
    if comparison.of("inconclusive", "incomparable", gated=True):
        return {"pass": EXIT_FINE, "fail": EXIT_REGRESSION}.get(undecided or "", EXIT_UNDECIDED)
    return EXIT_FINE


def _with(given: Sequence[Cell], cells: Sequence[Cell]) -> list[Cell]:
    """Put given cells in the place of those about the same."""
    about = {(cell.case_id, cell.metric) for cell in given}
    return [*given, *(cell for cell in cells if (cell.case_id, cell.metric) not in about)]


def _rated(pairs: Iterable[Pair], alpha: float) -> list[quality.Rated | Cell]:
    found = [quality.rate_pair(pair, metric, alpha) for pair in pairs for metric in RATES]
    return [one for one in found if one is not None]


def _judge_rates(rated: Sequence[quality.Rated], alpha: float, rules: Sequence[Rule]) -> list[Cell]:
    distinct = {one.key: one.difference.p for one in rated if one.difference is not None}
    adjusted = dict(zip(distinct, stats.holm(list(distinct.values())), strict=True))
    levels = alpha, max(len(distinct), 1)
    return [
        quality.judge_rate(
            one, adjusted.get(one.key, 1.0), levels, tolerance(rules, one.pair.case_id, one.metric)
        )
        for one in rated
    ]


def _families(tested: Sequence[Tested], rated: Sequence[quality.Rated | Cell]) -> set[Family]:
    """Give the families of which something is tested."""
    present: set[Family] = {one.family for one in tested if one.difference is not None}
    if any(not isinstance(one, Cell) for one in rated):
        present.add("quality")
    return present


def _traded(cells: Sequence[Cell], trades: Sequence[Trade]) -> list[Cell]:
    by_name = {(cell.case_id, cell.metric): cell for cell in cells}
    found = []
    for cell in cells:
        trade = next((trade for trade in trades if _holds(trade, cell, by_name)), None)
        note = f"{cell.note}; allowed: {trade.text}".strip("; ") if trade else cell.note
        found.append(replace(cell, verdict="unchanged", note=note) if trade else cell)
    return found


def _holds(trade: Trade, cell: Cell, by_name: dict[tuple[str, str], Cell]) -> bool:
    gain = by_name.get((cell.case_id, trade.gain))
    return (
        trade.covers(cell.case_id, cell.metric)
        and cell.verdict == "regression"
        and cell.effect is not None
        and cell.effect <= trade.limit
        and gain is not None
        and gain.verdict == "improvement"
        and gain.effect is not None
        and -gain.effect >= trade.gained
    )


def _spoken_of(pairs: Sequence[Pair], cells: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    """Give what rules may speak of: what was judged, and all of a case that is barred or was lost."""
    barred = [pair.case_id for pair in pairs if pair.all_barrier or pair.times_barrier]
    lost = [cell.case_id for cell in cells if cell.metric == OUTCOME and cell.verdict in LOST]
    yield from ((cell.case_id, cell.metric) for cell in cells)
    yield from ((case_id, name) for case_id in (*barred, *lost) for name in NAMES)


def _incomparable(pair: Pair) -> Cell:
    return Cell(pair.case_id, "all metrics", "incomparable", note=pair.all_barrier or "")


def _times_left_out(pairs: Sequence[Pair]) -> list[str]:
    reasons = dict.fromkeys(pair.times_barrier for pair in pairs if pair.times_barrier)
    return [f"times, energy and memory are not compared: {reason}" for reason in reasons]


def _side_label(runs: Sequence[SavedRun]) -> str:
    if not runs:
        raise RecordError("a side has no runs")
    return ", ".join(dict.fromkeys(run.label for run in runs))


def _said(raw: float, by_kernel: float) -> str:
    used = "used" if by_kernel < raw else "not used"
    return f"calibration {used}: runs of a side differ by {raw:.1%} raw, {by_kernel:.1%} calibrated"


def _worst_first(cell: Cell) -> tuple[bool, int, float, str, str]:
    size = -abs(cell.effect) if cell.effect is not None else 0.0
    return not cell.gated, VERDICTS.index(cell.verdict), size, cell.case_id, cell.metric
