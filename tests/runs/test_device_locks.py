"""Two sessions never time on one device at once: the second waits, and says for whom."""

import os
from pathlib import Path

import pytest

from asr_harness.devices import get
from asr_harness.errors import GridError
from asr_harness.runs import device_locks
from asr_harness.runs.device_locks import DeviceLocks


def test_who_waits_says_so_once_and_goes_on_when_the_device_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, heard = DeviceLocks(tmp_path), DeviceLocks(tmp_path), []
    first.acquire(["cpu"], heard.append)
    assert heard == []
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            first.release()

    monkeypatch.setattr(device_locks, "sleep", nap)
    second.acquire(["cpu"], heard.append)
    assert len(naps) == 3
    assert [line.split(",")[0].split(";")[0] for line in heard] == ["waiting for cpu", "cpu is free"]
    assert f"process {os.getpid()}" in heard[0]


def test_a_wait_is_counted_and_can_be_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((10.0, 14.0))
    monkeypatch.setattr(device_locks, "monotonic", lambda: next(now))
    first, second = DeviceLocks(tmp_path), DeviceLocks(tmp_path)
    first.acquire(["cpu"], print)
    assert first.waited_s == 0
    monkeypatch.setattr(device_locks, "sleep", lambda _: first.release())
    second.acquire(["cpu"], print)
    assert second.waited_s == 4

    def give_up() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(device_locks, "monotonic", lambda: 0.0)
    with DeviceLocks(tmp_path) as third, pytest.raises(KeyboardInterrupt):
        third.acquire(["cpu"], print, give_up)


def test_more_devices_are_taken_in_one_order_with_those_that_are_held(tmp_path: Path) -> None:
    with DeviceLocks(tmp_path) as locks:
        locks.acquire(["cuda"], print)
        locks.acquire(["cpu"], print)
        assert list(locks._held) == ["cpu", "cuda"]
        held = dict(locks._held)
        locks.acquire(["cuda", "cpu"], print)
        assert locks._held == held
    assert not locks._held


def test_other_devices_are_not_waited_for(tmp_path: Path) -> None:
    first, second, heard = DeviceLocks(tmp_path), DeviceLocks(tmp_path), []
    first.acquire(["cuda-GPU-1"], heard.append)
    second.acquire(["cuda-GPU-2", "cpu"], heard.append)
    assert heard == []


def test_no_place_for_locks_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GridError, match=r"cannot lock devices in .*file/locks.*ASR_HARNESS_LOCKS"):
        DeviceLocks(tmp_path / "file" / "locks").acquire(["cpu"], print)


def test_a_gpu_is_one_lock_whatever_a_process_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus = [{"uuid": "GPU-a"}, {"uuid": "GPU-b"}]
    monkeypatch.setattr("asr_harness.devices.instruments.nvml_gpus.describe", lambda _: gpus)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert [get(name).lock_name for name in ("cpu", "cpu:0", "cuda", "cuda:1")] == [
        "cpu", "cpu", "cuda-GPU-a", "cuda-GPU-b",
    ]  # fmt: skip
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert get("cuda").lock_name == "cuda-GPU-b"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-a")
    assert get("cuda:0").lock_name == "cuda-GPU-a"
