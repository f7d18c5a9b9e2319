"""A run's mean logarithm of a metric over cases: of runs that are compared and of former ones like them."""

from __future__ import annotations

from itertools import chain
from math import log
from typing import TYPE_CHECKING

from asr_harness import devices, stats
from asr_harness.judge.sides import WAYS_OUT, machine
from asr_harness.metrics import calibration
from asr_harness.runs.summary import identity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asr_harness.judge.sides import Measured, Pair
    from asr_harness.metrics import Metric
    from asr_harness.runs.summary import CaseHead, Summary

Reading = tuple[int, float]
"""What stands for a run, and the logarithm of one of its cases."""


def run_means(cases: Sequence[Sequence[Measured]], metric: Metric, *, calibrated: bool) -> dict[int, float]:
    """Give each run's mean logarithm over cases, by the run's place in memory; runs that lack one are left
    out.
    """
    logs = []
    for measured in chain.from_iterable(cases):
        value = metric.judged(measured.result)
        if value is not None:
            pace = calibration.read(measured.result) if calibrated else 1.0
            logs.append((id(measured.run), log(value / pace)))
    return _means(logs, len(cases))


def _means(logs: Iterable[Reading], n_cases: int) -> dict[int, float]:
    by_run: dict[int, list[float]] = {}
    for run, value in logs:
        by_run.setdefault(run, []).append(value)
    return {run: stats.mean(values) for run, values in by_run.items() if len(values) == n_cases}


class Former:
    """Former runs; summaries have the `columns_of` every metric that is asked for, and of what is judged."""

    def __init__(self, history: Sequence[Summary]) -> None:
        self._runs = [run for run in history if not run.head.is_dirty]
        self._places: dict[int, dict[str, int]] = {}
        self._judged: dict[str, list[tuple[float | None, ...]]] = {}
        self._alike: dict[str, list[tuple[int, int]]] = {}

    def means(self, pairs: Sequence[Pair], metric: Metric, *, calibrated: bool) -> list[float]:
        """Give the mean logarithm over these cases of each former run that has all of them, and has them like
        the runs that are compared.
        """
        judged = self._of_metric(metric)
        logs = []
        for number, place in chain.from_iterable(map(self._of_pair, pairs)):
            run, value = self._runs[number], judged[number][place]
            if value is not None:
                pace = run.value(place, calibration.METRIC) if calibrated else 1.0
                # A merged run is one, however many machines it is of.
                logs.append((id(run.head), log(value / pace)))
        return list(_means(logs, len(pairs)).values())

    def _of_metric(self, metric: Metric) -> list[tuple[float | None, ...]]:
        if metric.key not in self._judged:
            self._judged[metric.key] = [run.judged(metric) for run in self._runs]
        return self._judged[metric.key]

    def _of_pair(self, pair: Pair) -> list[tuple[int, int]]:
        """Find the case in former runs on this machine, of this slice, weights and decoding; give the number
        of each run and the place of the case in it.
        """
        if pair.case_id not in self._alike:
            taken = {identity_of(one.run) for one in (*pair.base, *pair.candidate)}
            first = pair.base[0]
            here, what = machine(first.run, pair.case_id, pair.device), _fingerprints(first)
            self._alike[pair.case_id] = [
                (number, place)
                for number, run in enumerate(self._runs)
                if (place := self._place(run, pair.case_id)) is not None
                and _fingerprints_of(run.cases[place]) == what
                and run.head.identity not in taken
                and devices.comparable(pair.device, run.machine.environment) == here
            ]
        return self._alike[pair.case_id]

    def _place(self, run: Summary, case_id: str) -> int | None:
        """Find a case in a run; runs of the same cases have the same object of them."""
        places = self._places.get(id(run.cases))
        if places is None:
            places = {case.id: place for place, case in enumerate(run.cases)}
            self._places[id(run.cases)] = places
        return places.get(case_id)


def _fingerprints(measured: Measured) -> tuple[str | None, ...]:
    return tuple(getattr(measured.result.fingerprints, name) for name in WAYS_OUT)


def _fingerprints_of(case: CaseHead) -> tuple[str | None, ...]:
    return tuple(getattr(case, name) for name in WAYS_OUT)
