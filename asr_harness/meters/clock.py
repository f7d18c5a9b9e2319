"""Clocks that tell the stages of a transcription apart, without synchronising the device between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

from asr_harness.types import STAGES, StageName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import torch

    from asr_harness.types import StageClock

Mark = TypeVar("Mark")


def clock_for(device: str) -> StageClock:
    """Pick the clock of a device: events on CUDA, else the host's performance counter."""
    return CudaClock() if device == "cuda" else HostClock()


class MarkingClock(ABC, Generic[Mark]):
    """Sets a mark wherever the running stage changes; the time to the next mark belongs to that stage."""

    def __init__(self) -> None:
        self._marks: list[tuple[Mark, StageName | None]] = []
        self._running: list[StageName] = []
        self._began = 0.0

    @abstractmethod
    def synchronise(self) -> None:
        """Wait until the device has done all it was given."""

    @abstractmethod
    def now(self) -> Mark:
        """Set a mark in the order of the device's work."""

    @abstractmethod
    def seconds(self, earlier: Mark, later: Mark) -> float:
        """Seconds between two marks."""

    def start(self) -> None:
        """Synchronise, forget all marks and begin."""
        self.synchronise()
        self._marks.clear()
        self._running.clear()
        self._began = perf_counter()

    @contextmanager
    def stage(self, name: StageName) -> Iterator[None]:
        """Time what runs inside as `name`; a stage around it rests meanwhile."""
        self._running.append(name)
        self._marks.append((self.now(), name))
        try:
            yield
        finally:
            self._running.pop()
            self._marks.append((self.now(), self._running[-1] if self._running else None))

    def stop(self) -> tuple[float, Mapping[StageName, float]]:
        """Synchronise, then give the end-to-end seconds and the seconds of each stage."""
        self.synchronise()
        latency_s = perf_counter() - self._began
        stage_s = dict.fromkeys(STAGES, 0.0)
        for (earlier, running), (later, _) in zip(self._marks, self._marks[1:], strict=False):
            if running is not None:
                stage_s[running] += self.seconds(earlier, later)
        return latency_s, stage_s


class HostClock(MarkingClock[float]):
    """For work that is done when its call returns."""

    def synchronise(self) -> None:
        """Do nothing: the host waits for itself."""

    def now(self) -> float:
        """Read the performance counter, in seconds."""
        return perf_counter()

    def seconds(self, earlier: float, later: float) -> float:
        """Seconds between two readings."""
        return later - earlier


class CudaClock(MarkingClock["torch.cuda.Event"]):
    """Marks are CUDA events, so that a stage is timed where it runs and not where it is launched.

    Source: CUDA Runtime API, Event Management (cudaEventElapsedTime, resolution about 0.5 µs).
    """

    def synchronise(self) -> None:
        """Wait for the current CUDA device."""
        import torch

        torch.cuda.synchronize()

    def now(self) -> torch.cuda.Event:
        """Record an event on the current stream."""
        import torch

        event: torch.cuda.Event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record()
        return event

    def seconds(self, earlier: torch.cuda.Event, later: torch.cuda.Event) -> float:
        """Seconds between two events that have happened."""
        return float(earlier.elapsed_time(later)) / 1e3
