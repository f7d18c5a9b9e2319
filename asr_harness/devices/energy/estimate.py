"""A guess at the processor's energy where nothing counts it; only on request, labelled so, never gated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import psutil

from asr_harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CPU_TIME_STEP_S = 0.01
"""Linux counts processor time in ticks of 1/100 s."""


class EstimatedEnergy:
    """This process's processor time, as a share of all cores, times the TDP that the user states."""

    label: Literal["estimated"] = "estimated"
    step_s = CPU_TIME_STEP_S

    def __init__(
        self, tdp_w: float, *, n_cores: int | None = None, cpu_time_s: Callable[[], float] | None = None
    ) -> None:
        if not tdp_w > 0:
            raise MeterError(f"a TDP of {tdp_w} W estimates nothing; state the processor's own, above 0 W")
        self._tdp_w = tdp_w
        self._n_cores = n_cores or psutil.cpu_count(logical=True) or 1
        self._cpu_time_s = cpu_time_s or _process_time_s
        self.source = f"utilisation × a stated TDP of {tdp_w:g} W"

    def read_j(self) -> float:
        """Joules that the process would have used since it began."""
        return self._cpu_time_s() / self._n_cores * self._tdp_w

    def state(self) -> Mapping[str, Any]:
        """What the estimate rests on."""
        return {"tdp_w": self._tdp_w, "n_cores": self._n_cores}

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Object to nothing; the label says what it is worth."""
        del before, after
        return None


def _process_time_s() -> float:
    times = psutil.Process().cpu_times()
    return times.user + times.system
