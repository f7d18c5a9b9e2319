"""What a benchmark drives for one case: a run that measures, or one replayed from a journal."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from asr_harness.plugin.extra_info import extra_info

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema import CaseResult


class Source(Protocol):
    """Where rounds come from: `warm_up` first, `calibrate` and `run_round` in turn, then `result`."""

    def warm_up(self) -> int:
        """Get ready, and give how many rounds to run."""

    def calibrate(self) -> None:
        """Prepare a round, outside the timer."""

    def run_round(self) -> None:
        """Transcribe the slice once, inside the timer."""

    def result(self) -> CaseResult:
        """Give all that was measured."""


class CaseRun:
    """The fixture `asr_run`. Once the benchmark took `extra_info`, `result` is what was measured."""

    def __init__(self, source: Source) -> None:
        self.result: CaseResult | None = None
        self._source = source

    def warm_up(self) -> int:
        """Warm the case up, and give how many rounds fill its time."""
        return self._source.warm_up()

    @cached_property
    def n_rounds(self) -> int:
        """What `warm_up` gives: suites that were written for earlier versions ask for it by this name."""
        return self.warm_up()

    def calibrate(self) -> None:
        """Prepare a round, outside the timer."""
        self._source.calibrate()

    def run_round(self) -> None:
        """Transcribe the slice once."""
        self._source.run_round()

    def extra_info(self) -> dict[str, Any]:
        """Measure what has a pass of its own, and give everything to be saved beside the times."""
        self.result = self._source.result()
        return extra_info(self.result)


class ReplayTimer:
    """A timer for pytest-benchmark that shows what a stored round took."""

    __name__ = "perf_counter"  # what the stored rounds were timed with

    def __init__(self) -> None:
        self.shown_s = 0.0

    def __call__(self) -> float:
        """Read the timer, in seconds."""
        return self.shown_s


class ReplayedRun:
    """Hands pytest-benchmark the rounds of a case that an interrupted session had finished."""

    def __init__(self, rounds_s: Sequence[float], result: CaseResult) -> None:
        self.timer = ReplayTimer()
        self._n_rounds = len(rounds_s)
        self._remaining_s = iter(rounds_s)
        self._result = result

    def warm_up(self) -> int:
        """Give how many rounds were stored."""
        return self._n_rounds

    def calibrate(self) -> None:
        """Set the timer to zero."""
        self.timer.shown_s = 0.0

    def run_round(self) -> None:
        """Let the timer show the next stored round."""
        self.timer.shown_s = next(self._remaining_s)

    def result(self) -> CaseResult:
        """Give what was journalled."""
        return self._result
