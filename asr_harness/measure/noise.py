"""How much the same workload differs from run to run on this machine: fresh processes, a few rounds in each.

A run is one process: rounds within it are correlated, and their spread says little of the next process's.

    python -m asr_harness.measure.noise WORKLOAD N_ROUNDS

runs one process's rounds and prints them as JSON; WORKLOAD is `kernel` (a small Transformer encoder, torch
alone), or a model whose architecture is known, with dummy weights and one recording of 5 s.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from math import log
from statistics import median, stdev
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

from asr_harness import devices
from asr_harness.errors import AsrHarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

KERNEL = "kernel"
AUDIO_S = 5.0
FRAMES, WIDTH, N_HEADS, N_LAYERS = 1500, 384, 6, 2
RUN_TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class NoiseRun:
    """The rounds of one process, each with the calibration kernel's time beside it."""

    rounds_s: tuple[float, ...]
    calibration_s: tuple[float, ...]

    @property
    def log_median(self) -> float:
        """Logarithm of the median round, so that differences are ratios."""
        return log(median(self.rounds_s))

    @property
    def calibrated_log_median(self) -> float:
        """The same over the median calibration: what is left once the machine's pace is divided out."""
        return log(median(self.rounds_s) / median(self.calibration_s))


def between_run_sd(runs: Sequence[NoiseRun], *, calibrated: bool) -> float | None:
    """Standard deviation of run medians, relative: 0.03 is 3 %; None for a single run."""
    medians = [run.calibrated_log_median if calibrated else run.log_median for run in runs]
    return stdev(medians) if len(medians) > 1 else None


def fresh_runs(workload: str, n_rounds: int, *, n_runs: int, budget_s: float) -> Iterator[NoiseRun]:
    """Run fresh processes one after another until there are `n_runs`, or the budget is spent.

    Raises AsrHarnessError with what a process that failed had to say.
    """
    began = monotonic()
    for _ in range(n_runs):
        if monotonic() - began > budget_s:
            return
        yield _fresh_run(workload, n_rounds)


def run_here(workload: str, n_rounds: int) -> NoiseRun:
    """Time the rounds of one run in this process, after one round of warm-up."""
    once, calibrate = _workload(workload), devices.HOST.calibration_kernel()
    _seconds(once)
    calibrations_s, rounds_s = zip(*((calibrate(), _seconds(once)) for _ in range(n_rounds)), strict=True)
    return NoiseRun(rounds_s, calibrations_s)


def _fresh_run(workload: str, n_rounds: int) -> NoiseRun:
    command = [sys.executable, "-m", __name__ if __name__ != "__main__" else "asr_harness.measure.noise"]
    try:
        finished = subprocess.run(  # noqa: S603
            [*command, workload, str(n_rounds)],
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        last_words = str(error.stderr or "").strip().splitlines()[-1:]
        raise AsrHarnessError(f"a run of {workload!r} for the noise failed: {last_words or error}") from error
    run = json.loads(finished.stdout)
    return NoiseRun(tuple(run["rounds_s"]), tuple(run["calibration_s"]))


def _workload(name: str) -> Callable[[], object]:
    return _kernel() if name == KERNEL else _transcription(name)


def _kernel() -> Callable[[], object]:
    from asr_harness.devices.instruments.kernels import encoder_kernel

    return encoder_kernel(n_frames=FRAMES, width=WIDTH, n_heads=N_HEADS, n_layers=N_LAYERS)


def _transcription(name: str) -> Callable[[], object]:
    import numpy as np

    from asr_harness import systems
    from asr_harness.measure.transcription import transcribe
    from asr_harness.schema.audio import SAMPLE_RATE_HZ

    system = systems.load(name, device=devices.HOST.name, weights="dummy").system
    noise = np.random.default_rng(0).standard_normal(round(AUDIO_S * SAMPLE_RATE_HZ)).astype(np.float32)
    return lambda: transcribe(system, [0.1 * noise])


def _seconds(workload: Callable[[], Any]) -> float:
    began = perf_counter()
    workload()
    return perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(asdict(run_here(sys.argv[1], int(sys.argv[2])))))  # noqa: T201
