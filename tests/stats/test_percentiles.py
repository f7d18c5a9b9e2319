"""Percentiles, by hand and as numpy has them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.stats import percentiles


def test_a_percentile_lies_between_order_statistics() -> None:
    # Of 1, 2, 4, 8 the 50th is halfway from 2 to 4, and the 90th 0.7 of the way from 4 to 8.
    assert percentiles([8, 1, 4, 2], (0, 50, 90, 100)) == pytest.approx((1, 3, 6.8, 8))


def test_all_percentiles_of_one_value_are_it() -> None:
    assert percentiles([3.0], (5, 95)) == (3.0, 3.0)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.floats(0, 100))
def test_numpy_gives_the_same(values: list[float], percent: float) -> None:
    assert percentiles(values, (percent,))[0] == pytest.approx(np.percentile(values, percent), abs=1e-9)
