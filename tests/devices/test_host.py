"""Findings about machines laid out as files."""

from pathlib import Path

import pytest

from asr_harness import devices
from asr_harness.devices import host
from asr_harness.errors import MeterError


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def test_a_hypervisor_flag_is_a_virtual_machine(tmp_path: Path) -> None:
    files = {"proc/cpuinfo": "flags\t: fpu hypervisor sse\n", "sys/class/dmi/id/product_name": "KVM\n"}
    found = host.virtualisation(lay_out(tmp_path, files))
    assert found.state == "warn"
    assert found.found == "a virtual machine (KVM)"


def test_without_that_flag_there_is_none(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"proc/cpuinfo": "flags\t: fpu sse\n"})
    assert host.virtualisation(root).state == "good"


@pytest.mark.parametrize(
    ("governors", "state"),
    [(("performance", "performance"), "good"), (("powersave", "performance"), "warn"), ((), "missing")],
)
def test_every_core_should_be_governed_for_performance(
    tmp_path: Path, governors: tuple[str, ...], state: str
) -> None:
    files = {
        f"sys/devices/system/cpu/cpu{i}/cpufreq/scaling_governor": f"{name}\n"
        for i, name in enumerate(governors)
    }
    assert host.governor(lay_out(tmp_path, files)).state == state


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n", "warn"),
        ("sys/devices/system/cpu/intel_pstate/no_turbo", "1\n", "good"),
        ("sys/devices/system/cpu/cpufreq/boost", "1\n", "warn"),
        ("sys/devices/system/cpu/cpufreq/boost", "0\n", "good"),
        ("elsewhere", "", "missing"),
    ],
)
def test_turbo_is_told_by_either_driver(tmp_path: Path, name: str, value: str, state: str) -> None:
    assert host.turbo(lay_out(tmp_path, {name: value})).state == state


def test_the_remedy_for_turbo_switches_it_off(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"sys/devices/system/cpu/cpufreq/boost": "1\n"})
    assert host.turbo(root).remedy == "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost"


def test_a_processor_quota_of_a_container_is_told(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/cpu.max": "150000 100000\n", "sys/fs/cgroup/memory.max": "max\n"}
    found = host.container_limits(lay_out(tmp_path, files))
    assert found.state == "warn"
    assert found.found == "cpu 150000 µs"


def test_a_container_without_limits_is_good(tmp_path: Path) -> None:
    files = {"sys/fs/cgroup/cpu.max": "max 100000\n", "sys/fs/cgroup/memory.max": "max\n"}
    assert host.container_limits(lay_out(tmp_path, files)).state == "good"


def test_others_are_what_the_machine_does_beyond_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host.psutil, "cpu_percent", lambda interval: 60.0)
    monkeypatch.setattr(host.psutil, "cpu_count", lambda: 2)
    times = iter([(1.0, 0.0), (1.8, 0.2)])
    monkeypatch.setattr(host.psutil.Process, "cpu_times", lambda _: next(times))
    # 60 % of two cores, of which this process had one core for a second.
    found = host.other_load()
    assert found.found == "10 % of all cores"
    assert found.state == "good"


def test_energy_that_cannot_be_read_says_why_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(device: devices.Device) -> None:
        raise MeterError(f"no counter for {device.name}: load the module")

    monkeypatch.setattr(type(devices.HOST), "open_energy_counter", refuse)
    found = host.energy(devices.HOST)
    assert found.state == "missing"
    assert found.remedy == "no counter for cpu: load the module"


def test_what_is_not_good_has_a_remedy() -> None:
    assert all(finding.remedy for finding in host.examine() if finding.state != "good")
