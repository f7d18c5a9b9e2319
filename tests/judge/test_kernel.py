"""A kernel that changed with the code hides nothing, and accuses nobody."""

import random
from pathlib import Path

import pytest

from asr_harness.judge.kernel import Kernel, combined
from asr_harness.schema import RunFile
from asr_harness.stats import Difference
from tests.judge.judging import compare, finding
from tests.saved_runs import measured, write_run


def sides(
    folder: Path, *, code: float, kernel: float, in_turn: bool = True, n: int = 6, noise: float = 0.2
) -> list[list[RunFile]]:
    """Both sides on a machine whose pace swings, the candidate's rounds and kernel so many times as slow."""
    rng = random.Random(3)
    made = []
    for name, scale, pace_scale in (("a", 1.0, 1.0), ("b", code, kernel)):
        runs = []
        for index in range(n):
            pace = rng.lognormvariate(0, noise)
            case = measured(
                rounds_s=(scale * pace * rng.lognormvariate(0, 0.01),) * 3,
                calibration_s=(0.02 * pace_scale * pace,) * 3,
            )
            day = index if in_turn or name == "a" else index + n
            runs.append(write_run(folder / f"{name}{index}.json", case, day=day, commit=name * 40))
        made.append(runs)
    return made


def test_what_slows_the_kernel_too_is_a_regression_and_both_are_shown(tmp_path: Path) -> None:
    found = compare(*sides(tmp_path, code=2.5, kernel=2.7))
    latency = finding(found, "latency")
    assert latency.verdict == "regression"
    assert latency.effect == pytest.approx(1.5, abs=0.5)
    assert not latency.calibrated
    assert "kernel itself +" in latency.note
    assert "raw +" in latency.note
    assert "calibrated -7" in latency.note
    assert "kernel itself changed" in found.calibration["cpu"]


def test_a_kernel_that_alone_got_faster_is_no_regression(tmp_path: Path) -> None:
    found = compare(*sides(tmp_path, code=1.0, kernel=0.5))
    assert finding(found, "latency").verdict != "regression"
    quiet = compare(*sides(tmp_path, code=1.0, kernel=0.5, noise=0.012))
    assert finding(quiet, "latency").verdict == "unchanged"


def test_sides_that_were_not_taken_in_turn_leave_it_open(tmp_path: Path) -> None:
    found = compare(*sides(tmp_path, code=2.5, kernel=2.7, in_turn=False))
    assert finding(found, "latency").verdict == "inconclusive"
    assert "not measured in turn" in found.calibration["cpu"]


def test_the_same_kernel_is_not_mentioned(tmp_path: Path) -> None:
    found = compare(*sides(tmp_path, code=1.2, kernel=1.0))
    assert finding(found, "latency").verdict == "regression"
    assert "kernel" not in finding(found, "latency").note


@pytest.mark.parametrize(
    ("calibrated", "raw", "shift", "verdict"),
    [
        ("unchanged", "regression", 0.5, "regression"),
        ("unchanged", "inconclusive", 0.5, "inconclusive"),
        ("unchanged", "unchanged", 0.5, "unchanged"),
        ("regression", "inconclusive", -0.5, "inconclusive"),
        ("regression", "unchanged", -0.5, "unchanged"),
        ("unchanged", "inconclusive", -0.5, "unchanged"),
        ("regression", "regression", -0.5, "regression"),
    ],
)
def test_raw_times_decide_where_they_can(calibrated: str, raw: str, shift: float, verdict: str) -> None:
    kernel = Kernel(Difference(shift, 0, 0, 0.0, 0.1, 8.0), in_turn=True)
    own = Difference(0.01, -1, 1, 0.5, 0.1, 8.0)
    assert combined(calibrated, raw, own, kernel, 0.01) == verdict
