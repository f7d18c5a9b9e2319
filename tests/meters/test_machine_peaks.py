"""Peaks on a clock that is told what work takes."""

import pytest
import torch

from asr_harness.meters import machine_peaks


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_peaks, "MATRIX_SIZE", {"cpu": 60})
    monkeypatch.setattr(machine_peaks, "COPY_FLOATS", {"cpu": 1000})


def test_rates_are_operations_and_bytes_over_the_median_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_peaks, "_time_s", lambda work, _: (work(), 0.001)[1])
    peaks = machine_peaks.measure_peaks("cpu")
    assert peaks.flops_per_s["float32"] == pytest.approx(2 * 60**3 / 0.001)
    # A thousand floats of four bytes, read and written.
    assert peaks.bytes_per_s == pytest.approx(8000 / 0.001)


def test_a_dtype_that_is_emulated_is_measured_on_the_small_product(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def rate(size: int, dtype: torch.dtype, _: str) -> float:
        sizes.append(size)
        return 1.0 if dtype is torch.float16 else 1e12

    monkeypatch.setattr(machine_peaks, "_product_rate", rate)
    assert machine_peaks.measure_peaks("cpu").flops_per_s["float16"] == 1.0
    assert sizes == [10, 60, 10, 60, 10]


def test_the_real_machine_has_peaks_above_zero() -> None:
    peaks = machine_peaks.measure_peaks("cpu")
    assert min(peaks.flops_per_s.values()) > 0
    assert peaks.bytes_per_s > 0
