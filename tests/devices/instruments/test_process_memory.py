"""The peak resident set, from a /proc of our own and from the real one."""

from pathlib import Path

import numpy as np
import pytest

from asr_harness.devices.instruments.process_memory import PeakResidentSet

STATUS = "Name:\tpython\nVmPeak:\t 9999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "status").write_text(STATUS)
    (tmp_path / "clear_refs").touch()
    return tmp_path


def test_the_peak_is_the_high_water_mark_in_bytes(proc: Path) -> None:
    meter = PeakResidentSet(proc)
    meter.reset()
    assert meter.read()[0].value == 2048 * 1024
    assert meter.read()[0].reason is None


def test_resetting_writes_five_to_clear_refs(proc: Path) -> None:
    PeakResidentSet(proc).reset()
    assert (proc / "clear_refs").read_text() == "5"


def test_a_peak_that_could_not_be_reset_is_labelled_cumulative(tmp_path: Path) -> None:
    (tmp_path / "status").write_text(STATUS)
    meter = PeakResidentSet(tmp_path / "nowhere")
    meter.reset()
    assert "cumulative, since the process began" in (meter.read()[0].reason or "")


def test_a_peak_that_was_never_reset_is_labelled_cumulative(proc: Path) -> None:
    assert "reset was never called" in (PeakResidentSet(proc).read()[0].reason or "")


def test_without_a_proc_the_peak_since_the_start_is_given_and_said_to_be(tmp_path: Path) -> None:
    reading = PeakResidentSet(tmp_path).read()[0]
    assert (reading.value or 0) > 1 << 20
    assert "the kernel shows no VmHWM" in (reading.reason or "")


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc")
def test_what_the_allocator_keeps_of_an_earlier_case_does_not_count_to_the_next() -> None:
    meter = PeakResidentSet()
    # Blocks small enough for the heap, and one left above them that keeps it from shrinking by itself.
    blocks = [bytes(100_000) for _ in range(2000)]
    above = bytes(100_000)
    with_them = meter.read()[0].value or 0
    del blocks
    meter.reset()
    assert (meter.read()[0].value or 0) < with_them - (100 << 20)
    assert len(above) == 100_000


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc")
def test_the_real_peak_follows_an_allocation_and_a_reset() -> None:
    meter = PeakResidentSet()
    meter.reset()
    before = meter.read()[0].value or 0
    held = np.ones(64 << 20, dtype=np.uint8)
    with_it = meter.read()[0].value or 0
    assert with_it - before > 60 << 20
    del held
    meter.reset()
    assert (meter.read()[0].value or 0) < with_it - (50 << 20)
