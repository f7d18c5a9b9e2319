"""What this machine is like to measure on: each finding with what to do about it.

Sources: Linux, Documentation/admin-guide/pm/cpufreq.rst and intel_pstate.rst (governor, turbo),
Documentation/admin-guide/cgroup-v2.rst (cpu.max, memory.max); `hypervisor` in /proc/cpuinfo is set by the
processor's CPUID leaf 1, ECX bit 31.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from asr_harness import devices
from asr_harness.devices.finding import HostFinding
from asr_harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asr_harness.devices import Device

BUSY_SHARE = 0.1
"""Processor time of others, as a share of all cores, from which a timing is disturbed."""

WATCH_S = 1.0


def examine(root: Path = Path("/")) -> Iterator[HostFinding]:
    """Look at everything that bears on a measurement; `root` is where /sys and /proc hang."""
    findings = {device: tuple(device.findings()) for device in devices.known().values()}
    yield from findings.pop(devices.HOST)
    yield virtualisation(root)
    yield governor(root)
    yield turbo(root)
    yield container_limits(root)
    yield other_load()
    for found in findings.values():
        yield from found
    yield energy(devices.HOST)
    for device, found in findings.items():
        if any(finding.state != "missing" for finding in found):
            yield energy(device)


def virtualisation(root: Path) -> HostFinding:
    """Tell a virtual machine, whose neighbours share its cores."""
    flags = next((line for line in _lines(root / "proc/cpuinfo") if line.startswith("flags")), "")
    if "hypervisor" not in flags.split():
        return HostFinding("virtualisation", "good", "none seen")
    product = " ".join(_lines(root / "sys/class/dmi/id/product_name")) or "unknown"
    remedy = "neighbours come and go: compare commits in turn on the same machine, in several runs"
    return HostFinding("virtualisation", "warn", f"a virtual machine ({product})", remedy)


def governor(root: Path) -> HostFinding:
    """Tell which governor sets the clock."""
    names = sorted({line for path in _cpufreq(root) for line in _lines(path / "scaling_governor")})
    if not names:
        return HostFinding(
            "clock governor", "missing", "the kernel does not show it", "nothing to set from here"
        )
    if names == ["performance"]:
        return HostFinding("clock governor", "good", "performance")
    remedy = "sudo cpupower frequency-set -g performance"
    return HostFinding("clock governor", "warn", ", ".join(names), remedy)


def turbo(root: Path) -> HostFinding:
    """Tell whether the clock may rise for a while."""
    boost = {"sys/devices/system/cpu/intel_pstate/no_turbo": "0", "sys/devices/system/cpu/cpufreq/boost": "1"}
    for name, on in boost.items():
        value = "".join(_lines(root / name))
        if value and value == on:
            return HostFinding("turbo", "warn", "on", f"echo {1 - int(on)} | sudo tee /{name}")
        if value:
            return HostFinding("turbo", "good", "off")
    return HostFinding("turbo", "missing", "the kernel does not show it", "nothing to set from here")


def container_limits(root: Path) -> HostFinding:
    """Tell a container's share of processor and memory."""
    quota = "".join(_lines(root / "sys/fs/cgroup/cpu.max")).split()[:1]
    memory = "".join(_lines(root / "sys/fs/cgroup/memory.max"))
    limits = [f"cpu {quota[0]} µs"] if quota and quota != ["max"] else []
    limits += [f"memory {memory} bytes"] if memory and memory != "max" else []
    if not limits:
        return HostFinding("container limits", "good", "none")
    remedy = "a processor quota stops threads in mid-round: use --cpuset-cpus instead"
    return HostFinding("container limits", "warn", ", ".join(limits), remedy)


def other_load() -> HostFinding:
    """Watch for a second what other processes use."""
    own = psutil.Process()
    before_s = sum(own.cpu_times()[:2])
    total = psutil.cpu_percent(interval=WATCH_S) / 100
    own_share = (sum(own.cpu_times()[:2]) - before_s) / WATCH_S / (psutil.cpu_count() or 1)
    others = max(0.0, total - own_share)
    if others < BUSY_SHARE:
        return HostFinding("other load", "good", f"{100 * others:.0f} % of all cores")
    remedy = "stop what else runs (see `top`), or wait until it is done"
    return HostFinding("other load", "warn", f"{100 * others:.0f} % of all cores", remedy)


def energy(device: Device) -> HostFinding:
    """Tell what counts the energy of a device."""
    try:
        counter = device.open_energy_counter()
    except MeterError as error:
        return HostFinding(f"energy of {device.name}", "missing", "unmeasured", str(error))
    return HostFinding(f"energy of {device.name}", "good", counter.source)


def _cpufreq(root: Path) -> list[Path]:
    return sorted((root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq"))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError:
        return []
