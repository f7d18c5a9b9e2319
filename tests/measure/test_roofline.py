"""The roofline by hand: a machine of 100 GFLOP/s and 10 GB/s has its ridge at 10 FLOP per byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.measure.roofline import roof

POSITIVE = st.floats(1e-3, 1e15)


def test_left_of_the_ridge_memory_binds() -> None:
    found = roof(flops=2e9, moved_bytes=1e9, time_s=0.4, peak_flops_per_s=1e11, peak_bytes_per_s=1e10)
    assert found.intensity == 2.0
    assert found.bound == "memory"
    assert found.floor_s == pytest.approx(0.1)
    assert found.share == pytest.approx(0.25)


def test_right_of_the_ridge_arithmetic_binds() -> None:
    found = roof(flops=5e10, moved_bytes=1e9, time_s=1.0, peak_flops_per_s=1e11, peak_bytes_per_s=1e10)
    assert found.bound == "arithmetic"
    assert found.share == pytest.approx(0.5)


@given(flops=POSITIVE, moved_bytes=POSITIVE, time_s=POSITIVE)
def test_no_share_is_above_what_either_side_allows(flops: float, moved_bytes: float, time_s: float) -> None:
    found = roof(
        flops=flops, moved_bytes=moved_bytes, time_s=time_s, peak_flops_per_s=1e11, peak_bytes_per_s=1e10
    )
    assert found.floor_s >= flops / 1e11
    assert found.floor_s >= moved_bytes / 1e10
