"""Clocks that tell the stages of a transcription apart, without synchronising the device between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from asr_harness.schema.stages import STAGES, StageName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Mark = TypeVar("Mark")


class DeviceEvent(Protocol):
    """A mark in a device's own stream of work."""

    def elapsed_time(self, later: Self, /) -> float:
        """Milliseconds to a later event, both of which have happened."""


AnyEvent = TypeVar("AnyEvent", bound=DeviceEvent)


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


def _nothing() -> None:
    """Wait for nobody: the host is done when its call returns."""


class HostClock(MarkingClock[float]):
    """For work that is done when its call returns; `synchronise` waits for what still is not."""

    def __init__(self, synchronise: Callable[[], None] = _nothing) -> None:
        super().__init__()
        self._synchronise = synchronise

    def synchronise(self) -> None:
        """Wait as it was told to; by default not at all."""
        self._synchronise()

    def now(self) -> float:
        """Read the performance counter, in seconds."""
        return perf_counter()

    def seconds(self, earlier: float, later: float) -> float:
        """Seconds between two readings."""
        return later - earlier


class EventClock(MarkingClock[AnyEvent]):
    """Marks are events of the device, so that a stage is timed where it runs and not where it is launched.

    `record` puts a new event in the device's stream. Source: CUDA Runtime API, Event Management
    (cudaEventElapsedTime, resolution about 0.5 µs); `torch.xpu` and `torch.mps` follow it.
    """

    def __init__(self, synchronise: Callable[[], None], record: Callable[[], AnyEvent]) -> None:
        super().__init__()
        self._synchronise, self._record = synchronise, record

    def synchronise(self) -> None:
        """Wait for the device."""
        self._synchronise()

    def now(self) -> AnyEvent:
        """Record an event."""
        return self._record()

    def seconds(self, earlier: AnyEvent, later: AnyEvent) -> float:
        """Seconds between two events that have happened."""
        return float(earlier.elapsed_time(later)) / 1e3
