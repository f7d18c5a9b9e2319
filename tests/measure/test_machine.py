"""The machine's state around a case: what changed is named, what is hidden has a reason."""

from pathlib import Path

import pytest
import torch

from asr_harness.devices import HOST
from asr_harness.devices.instruments import host_state
from asr_harness.measure.machine import MachineWatch
from asr_harness.measure.process_state import ProcessState
from asr_harness.schema.machine import MachineStates


def test_what_moves_by_itself_is_no_change() -> None:
    before = {"n_threads": 1, "temperature_c": 40.0, "affinity": (0, 1)}
    after = {"n_threads": 2, "temperature_c": 70.0, "affinity": (0, 1)}
    assert MachineStates(before, after).changes == {"n_threads": (1, 2)}
    assert MachineStates().changes == {}


def test_a_case_that_sets_threads_and_dtype_is_named() -> None:
    state = ProcessState.record()
    watch = MachineWatch(HOST)
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    torch.set_default_dtype(torch.float64)
    torch.rand(1)
    machine, _ = watch.after()
    state.restore()
    assert machine.changes["n_threads"] == (threads, threads + 1)
    assert machine.settings == ("torch threads", "torch default dtype")


def test_what_no_kernel_shows_is_none_with_the_reason(tmp_path: Path) -> None:
    state, reasons = host_state.read(tmp_path)
    assert state["governor"] is state["temperature_c"] is state["n_throttles"] is None
    assert reasons.keys() == {name for name, value in state.items() if value is None}
    assert state["n_threads"] == torch.get_num_threads()


def test_clocks_heat_and_mains_are_read_as_the_kernel_writes_them(tmp_path: Path) -> None:
    contents = {
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "1000000\n",
        "sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq": "2000000\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq": "3000000\n",
        "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": "3\n",
        "sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count": "4\n",
        "sys/devices/system/cpu/intel_pstate/no_turbo": "0\n",
        "sys/class/thermal/thermal_zone0/temp": "41000\n",
        "sys/class/power_supply/AC/online": "0\n",
    }
    for name, text in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    state, reasons = host_state.read(tmp_path)
    assert reasons == {}
    assert state["governor"] == "powersave"
    assert state["frequency_hz"] == pytest.approx(1.5e9)
    assert state["max_frequency_hz"] == pytest.approx(3e9)
    assert (state["n_throttles"], state["turbo"], state["on_mains"]) == (7, True, False)
    assert state["temperature_c"] == pytest.approx(41.0)
