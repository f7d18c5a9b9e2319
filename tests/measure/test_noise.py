"""Noise between runs, from runs made up and from a real process."""

from math import log

import pytest

from asr_harness.errors import AsrHarnessError
from asr_harness.measure import noise

STEADY = noise.NoiseRun((1.0, 1.0, 1.1), (0.02, 0.02, 0.03))
SLOWED = noise.NoiseRun((2.0, 2.0, 1.9), (0.04, 0.04, 0.04))


def test_a_machine_that_slows_down_both_alike_shows_raw_and_not_calibrated() -> None:
    # Twice as slow: logarithms log 2 apart, and so a deviation of log 2 / sqrt 2.
    assert noise.between_run_sd([STEADY, SLOWED], calibrated=False) == pytest.approx(log(2) / 2**0.5)
    assert noise.between_run_sd([STEADY, SLOWED], calibrated=True) == pytest.approx(0.0)


def test_one_run_tells_no_noise() -> None:
    assert noise.between_run_sd([STEADY], calibrated=True) is None


def test_a_fresh_process_times_each_round_beside_its_calibration() -> None:
    (run,) = noise.fresh_runs("asr-harness/ctc-mini", 2, n_runs=1, budget_s=60)
    assert len(run.rounds_s) == len(run.calibration_s) == 2
    assert min(*run.rounds_s, *run.calibration_s) > 0


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(AsrHarnessError, match=r"'no/such' for the noise failed: .*no architecture is known"):
        list(noise.fresh_runs("no/such", 1, n_runs=1, budget_s=60))


def test_a_spent_budget_starts_no_process() -> None:
    assert list(noise.fresh_runs(noise.KERNEL, 1, n_runs=5, budget_s=-1)) == []
