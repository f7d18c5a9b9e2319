"""Joules of one workload: steps found, idle power, trials between steps, idle power again."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from asr_harness.errors import MeterError
from asr_harness.measure.energy.joules import EnergyTrial, summarise
from asr_harness.measure.energy.states import savable
from asr_harness.measure.energy.watching import Steps, Watch, in_background
from asr_harness.schema import EnergyMeasurement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from asr_harness.devices.protocols import EnergyCounter

    Polling = Callable[[Callable[[], None]], AbstractContextManager[None]]

MIN_S = 5.0
MIN_STEPS = 50
N_TRIALS = 3
IDLE_S = 2.0
N_IDLE_STEPS = 20
MIN_SLEEP_S = 0.01
PASS_S = N_TRIALS * MIN_S + 2 * IDLE_S
"""How long a workload takes to measure, at the least."""


def measure_energy(
    workload: Callable[[], object],
    counter: EnergyCounter,
    *,
    synchronise: Callable[[], None],
    clock: Callable[[], float] = monotonic,
    sleep: Callable[[float], None] = sleep,
    min_s: float = MIN_S,
    min_steps: int = MIN_STEPS,
    n_trials: int = N_TRIALS,
    idle_s: float = IDLE_S,
    polling: Polling = in_background,
) -> EnergyMeasurement:
    """Loop a warmed-up workload in trials of at least `min_s` and `min_steps` steps; gives joules of one run.

    `synchronise` waits for the device. `polling(look)` calls `look` now and then while a trial runs.
    A counter that stalls or vanishes, a throttled device or another process on it gives None with the reason.
    """
    bench = _Bench(workload, counter, synchronise, clock, sleep, polling)
    try:
        return bench.run(min_s, min_steps, n_trials, idle_s)
    except MeterError as error:
        return EnergyMeasurement(counter.source, "unmeasured", reason=str(error))


@dataclass(slots=True)
class _Bench:
    """What every part of the pass needs."""

    workload: Callable[[], object]
    counter: EnergyCounter
    synchronise: Callable[[], None]
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    polling: Polling

    @property
    def steps(self) -> Steps:
        return Steps(self.counter, self.clock, self.sleep)

    def run(self, min_s: float, min_steps: int, n_trials: int, idle_s: float) -> EnergyMeasurement:
        """Measure the whole pass. Raises MeterError if the counter stalls or vanishes between trials."""
        step_s = self.steps.step_s()
        before = self.counter.state()
        idle_before_w = self.idle_power_w(idle_s, step_s)
        trial_s = max(min_s, min_steps * step_s)
        trials = [self.trial(trial_s, step_s, idle_before_w) for _ in range(n_trials)]
        after = self.counter.state()
        idle_after_w = self.idle_power_w(idle_s, step_s)
        # An estimate from utilisation knows nothing of an idle device.
        knows_idling = self.counter.label == "measured"
        return summarise(
            trials,
            source=self.counter.source,
            label=self.counter.label,
            idle_power_w=fmean((idle_before_w, idle_after_w)) if knows_idling else None,
            step_s=step_s,
            states=(savable(before), savable(after)),
        )

    def idle_power_w(self, idle_s: float, step_s: float) -> float:
        """Mean power from step to step while nothing runs; the device's context stays."""
        self.synchronise()
        first_j, began_s = self.steps.edge()
        ends_s = began_s + max(idle_s, N_IDLE_STEPS * step_s)
        while self.clock() < ends_s:
            self.sleep(max(step_s, MIN_SLEEP_S))
            self.counter.read_j()
        last_j, ended_s = self.steps.edge()
        return (last_j - first_j) / (ended_s - began_s)

    def trial(self, trial_s: float, step_s: float, idle_power_w: float) -> EnergyTrial:
        """Loop the workload from a step to a later one, and take off what idling cost till then."""
        self.synchronise()
        before = self.counter.state()
        watch = Watch(self.counter, self.clock, step_s=step_s, before=before)
        first_j, began_s = self.steps.edge()
        with self.polling(watch.poll):
            n_works = self._loop_until(began_s + trial_s, watch)
        done_s = self.clock()
        watch.poll()
        if watch.reason is not None:
            return EnergyTrial(0.0, done_s - began_s, n_works, 0, reason=watch.reason)
        after = self.counter.state()
        last_j, ended_s = self.steps.edge()
        return EnergyTrial(
            energy_j=last_j - first_j - idle_power_w * (ended_s - done_s),
            busy_s=done_s - began_s,
            n_works=n_works,
            n_ticks=round((ended_s - began_s) / step_s),
            dram_j=_difference(before, after, "dram_j"),
        )

    def _loop_until(self, ends_s: float, watch: Watch) -> int:
        n_works = 0
        while n_works == 0 or (self.clock() < ends_s and watch.reason is None):
            self.workload()
            # Launches run ahead of the device; the clock must not see them before it.
            self.synchronise()
            n_works += 1
        return n_works


def _difference(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> float | None:
    earlier, later = before.get(name), after.get(name)
    return None if earlier is None or later is None else later - earlier
