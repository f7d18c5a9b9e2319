"""What is stated to be found in 90 % is found in 88 to 92 %, give or take what so few draws leave."""

import numpy as np
import pytest

from tools.mde_study import found_over_forks, found_over_runs, found_over_talks

N_DRAWS = 600
SLACK = 0.04
"""Three standard errors of a share of 90 % over so many draws."""


@pytest.mark.parametrize("n_runs", [3, 5])
def test_a_stated_effect_is_found_nine_times_in_ten_over_runs(n_runs: int) -> None:
    assert found_over_runs(np.random.default_rng(1), n_runs, 0.01, N_DRAWS) == pytest.approx(0.9, abs=SLACK)


def test_a_stated_effect_is_found_nine_times_in_ten_over_forks() -> None:
    assert found_over_forks(np.random.default_rng(1), 8, 0.01, N_DRAWS) == pytest.approx(0.9, abs=SLACK)


def test_a_stated_effect_is_found_nine_times_in_ten_over_talks() -> None:
    shares = np.full(8, 1 / 8)
    assert found_over_talks(np.random.default_rng(1), shares, 0.01, N_DRAWS) == pytest.approx(0.9, abs=SLACK)
