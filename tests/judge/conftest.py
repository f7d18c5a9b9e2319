"""Sides of made-up runs, each with noise of its own from a seed."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asr_harness.schema import RunFile
from tests.saved_runs import measured, write_run

Side = Callable[..., tuple[RunFile, ...]]


@pytest.fixture
def side(tmp_path: Path) -> Side:
    """Make a side of `n` runs, `scale` times as slow; the noise is relative and of the run."""

    def make(
        name: str, n: int = 5, *, scale: float = 1.0, noise: float = 0.01, cases: Any = None, **info: Any
    ) -> tuple[RunFile, ...]:
        rng = random.Random(name)
        of_run = ("environment", "commit", "branch", "dirty")
        described = {key: info.pop(key) for key in of_run if key in info}
        runs = []
        for index in range(n):
            factor = scale * rng.gauss(1, noise)
            calibration_s = tuple(0.02 * rng.gauss(1, 0.05) for _ in range(3))
            made = cases or [measured(rounds_s=(factor,) * 3, calibration_s=calibration_s, **info)]
            path = tmp_path / f"{name}{index}.json"
            runs.append(write_run(path, *made, day=index, **{"commit": name[0] * 40, **described}))
        return tuple(runs)

    return make
