"""A machine with a clock of its own, drawing power by a known waveform; its counter steps every 100 ms."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

STEP_MS = 100
POLL_MS = 50
IDLE_W = 40.0


class FakeMachine:
    """Draws `power_w(t)` while it works and `IDLE_W` otherwise; `worked_j` is the integral over work."""

    def __init__(self, power_w: Callable[[float], float]) -> None:
        self.power_w = power_w
        self.now_ms = 0
        self.energy_j = 1000.0
        self.counted_j = 1000.0
        self.worked_j = 0.0
        self.power_now_w = IDLE_W
        self.n_works = 0
        self.on_step: list[Callable[[], None]] = []
        self._look: Callable[[], None] | None = None

    def clock(self) -> float:
        return self.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        for _ in range(round(seconds * 1000)):
            self._advance(IDLE_W)

    def work_for(self, seconds: float) -> Callable[[], None]:
        def work() -> None:
            self.n_works += 1
            for _ in range(round(seconds * 1000)):
                power_w = self.power_w(self.clock() + 0.0005)
                self.worked_j += power_w / 1000
                self._advance(power_w)
            self.power_now_w = IDLE_W

        return work

    @contextmanager
    def polling(self, look: Callable[[], None]) -> Iterator[None]:
        self._look = look
        yield
        self._look = None

    def _advance(self, power_w: float) -> None:
        self.power_now_w = power_w
        self.energy_j += power_w / 1000
        self.now_ms += 1
        if self.now_ms % STEP_MS == 0:
            self.counted_j = self.energy_j
            for react in self.on_step:
                react()
        if self._look and self.now_ms % POLL_MS == 0:
            self._look()


def constant(_: float) -> float:
    return 150.0


def square_wave(time_s: float) -> float:
    return 250.0 if time_s % 0.7 < 0.35 else 90.0


def ramp(time_s: float) -> float:
    return 60.0 + 8.0 * time_s


WAVEFORMS = (constant, square_wave, ramp)
