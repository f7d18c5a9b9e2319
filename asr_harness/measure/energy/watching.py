"""Steps of a counter, and an eye on it from the side while work runs."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import pairwise
from statistics import median
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from asr_harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asr_harness.devices.protocols import EnergyCounter

POLL_S = 0.05
SPIN_S = 0.001
N_STEPS_TO_FIND = 5
EDGE_TIMEOUT_S = 5.0
STALL_STEPS = 5


class Steps:
    """Finds the moments at which a counter steps."""

    def __init__(
        self, counter: EnergyCounter, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._counter, self._clock, self._sleep = counter, clock, sleep

    def edge(self) -> tuple[float, float]:
        """Wait for the next step; gives its joules and its time in seconds. No wait if every reading is one.

        Raises MeterError if there is none within `EDGE_TIMEOUT_S`.
        """
        before_j, began_s = self._counter.read_j(), self._clock()
        if self._counter.step_s is not None:
            return before_j, began_s
        while (energy_j := self._counter.read_j()) == before_j:
            if self._clock() - began_s > EDGE_TIMEOUT_S:
                raise MeterError(
                    f"{self._counter.source} stalled: no step in {EDGE_TIMEOUT_S:g} s; "
                    "look whether another tool sees it move"
                )
            self._sleep(SPIN_S)
        return energy_j, self._clock()

    def step_s(self) -> float:
        """Measure the seconds from step to step: the median of a few."""
        if self._counter.step_s is not None:
            return self._counter.step_s
        times_s = [self.edge()[1] for _ in range(N_STEPS_TO_FIND + 1)]
        return median(later - earlier for earlier, later in pairwise(times_s))


class Watch:
    """Reads a counter and its state while work runs, lest wrap-around, throttling or a stall be missed.

    `reason` says what spoils the work, None while nothing does.
    """

    def __init__(
        self, counter: EnergyCounter, clock: Callable[[], float], *, step_s: float, before: Mapping[str, Any]
    ) -> None:
        self.reason: str | None = None
        self._counter, self._clock, self._before = counter, clock, before
        self._patience_s = max(STALL_STEPS * step_s, STALL_STEPS * POLL_S)
        self._seen_j: float | None = None
        self._seen_s = 0.0

    def poll(self) -> None:
        """Look once; after something was found, no more."""
        if self.reason is None:
            try:
                self.reason = self._stall() or self._counter.invalid_reason(
                    self._before, self._counter.state()
                )
            except MeterError as error:
                self.reason = str(error)

    def _stall(self) -> str | None:
        energy_j, now_s = self._counter.read_j(), self._clock()
        if energy_j != self._seen_j or self._counter.step_s is not None:
            self._seen_j, self._seen_s = energy_j, now_s
            return None
        stood_s = now_s - self._seen_s
        if stood_s <= self._patience_s:
            return None
        return f"{self._counter.source} stalled for {stood_s:.2f} s while the device worked; measure again"


@contextmanager
def in_background(poll: Callable[[], None]) -> Iterator[None]:
    """Call `poll` every `POLL_S` from a thread while the body runs."""
    done = Event()

    def loop() -> None:
        while not done.wait(POLL_S):
            poll()

    thread = Thread(target=loop, name="energy-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
