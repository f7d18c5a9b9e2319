"""Fisher's exact test against hand-counted tables."""

import pytest

from asr_harness.stats import fisher_exact


def test_the_lady_tasting_tea() -> None:
    # Fisher, 1935: 3 of 4 right; (16 + 1) of 70 tables at either end are no likelier.
    assert fisher_exact((3, 4), (1, 4)) == pytest.approx(34 / 70)
    assert fisher_exact((4, 4), (0, 4)) == pytest.approx(2 / 70)


def test_equal_shares_differ_by_nothing() -> None:
    assert fisher_exact((4, 5), (4, 5)) == 1.0
    assert fisher_exact((5, 5), (5, 5)) == 1.0
