"""The Hodges-Lehmann estimator, by hand."""

import pytest

from asr_harness.stats import hodges_lehmann


def test_it_is_the_median_of_the_means_of_pairs() -> None:
    # 1, 2, 6 and the means 1.5, 3.5, 4: sorted 1, 1.5, 2, 3.5, 4, 6.
    assert hodges_lehmann([6.0, 1.0, 2.0]) == pytest.approx(2.75)


def test_one_value_is_itself() -> None:
    assert hodges_lehmann([0.3]) == 0.3


def test_an_outlier_moves_it_little() -> None:
    assert hodges_lehmann([0.0, 0.1, -0.1, 0.05, -0.05, 100.0]) < 0.1
