"""Peaks on a clock that is told what work takes."""

from dataclasses import replace

import pytest
import torch

from asr_harness import devices
from asr_harness.devices.instruments import peaks


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = replace(devices.HOST.sizes, peak_matrix=60, peak_copy_bytes=4000)
    monkeypatch.setattr(type(devices.HOST), "sizes", sizes)


def test_rates_are_operations_and_bytes_over_the_best_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "_time_s", lambda work, _: (work(), 0.001)[1])
    found = peaks.measure_peaks(devices.HOST)
    assert found.flops_per_s["float32"] == pytest.approx(2 * 60**3 / 0.001)
    # A thousand floats of four bytes, read and written.
    assert found.bytes_per_s == pytest.approx(8000 / 0.001)


def test_a_dtype_that_is_emulated_is_measured_on_the_small_product(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def rate(size: int, dtype: torch.dtype, _: devices.Device) -> float:
        sizes.append(size)
        return 1.0 if dtype is torch.float16 else 1e12

    monkeypatch.setattr(peaks, "_product_rate", rate)
    assert peaks.measure_peaks(devices.HOST).flops_per_s["float16"] == 1.0
    assert sizes == [10, 30, 60, 10, 30, 60, 10]


def test_a_trial_that_was_slowed_is_no_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    times_s = iter([0.001, 0.009, 0.002, *[0.009] * 100])
    monkeypatch.setattr(peaks, "_time_s", lambda *_: next(times_s))
    # The first trial warms up, and counts for nothing.
    assert peaks._best_s(lambda: None, devices.HOST) == 0.002


def test_the_real_machine_has_peaks_above_zero() -> None:
    found = peaks.measure_peaks(devices.HOST)
    assert min(found.flops_per_s.values()) > 0
    assert found.bytes_per_s > 0
