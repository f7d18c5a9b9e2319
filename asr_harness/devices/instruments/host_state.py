"""The host's state at one moment: threads and cores of this process, clocks, heat, and power.

Sources: Linux, Documentation/admin-guide/pm/cpufreq.rst (scaling_*), Documentation/ABI/testing/sysfs-devices-
system-cpu (thermal_throttle), sysfs-class-thermal and sysfs-class-power.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HIDDEN = "the kernel does not show it, as in most virtual machines"
TURBO = (("intel_pstate/no_turbo", "0"), ("cpufreq/boost", "1"))
"""Where the kernel says whether the clock may rise for a while, and what it writes if so."""


def read(root: Path = Path("/")) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Give the state in plain JSON values, and for each that is None the reason.

    `root` is where /sys hangs. Costs a millisecond or two.
    """
    cpus = root / "sys/devices/system/cpu"
    khz = [int(text) for text in _texts(cpus, "cpu[0-9]*/cpufreq/scaling_cur_freq") if text.isdigit()]
    max_khz = [int(text) for text in _texts(cpus, "cpu[0-9]*/cpufreq/scaling_max_freq") if text.isdigit()]
    throttles = _texts(cpus, "cpu[0-9]*/thermal_throttle/core_throttle_count")
    state: dict[str, Any] = {
        **_of_process(),
        "governor": ", ".join(sorted(set(_texts(cpus, "cpu[0-9]*/cpufreq/scaling_governor")))) or None,
        "turbo": _turbo(cpus),
        "max_frequency_hz": 1e3 * max(max_khz) if max_khz else None,
        "frequency_hz": 1e3 * sum(khz) / len(khz) if khz else None,
        "n_throttles": sum(int(text) for text in throttles if text.isdigit()) if throttles else None,
        "temperature_c": _temperature_c(root / "sys/class/thermal"),
        "on_mains": _on_mains(root / "sys/class/power_supply"),
    }
    return state, {name: HIDDEN for name, value in state.items() if value is None}


def _of_process() -> Mapping[str, Any]:
    import torch

    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    return {"n_threads": torch.get_num_threads(), "affinity": cores}


def _turbo(cpus: Path) -> bool | None:
    for name, on in TURBO:
        for text in _texts(cpus, name):
            return text == on
    return None


def _temperature_c(zones: Path) -> float | None:
    millidegrees = [int(text) for text in _texts(zones, "thermal_zone*/temp") if _is_whole(text)]
    return max(millidegrees) / 1e3 if millidegrees else None


def _on_mains(supplies: Path) -> bool | None:
    online = list(_texts(supplies, "*/online"))
    return "1" in online if online else None


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdigit()


def _texts(folder: Path, pattern: str) -> list[str]:
    return list(_read(folder, pattern))


def _read(folder: Path, pattern: str) -> Iterator[str]:
    for path in sorted(folder.glob(pattern)):
        try:
            yield path.read_text("utf-8").strip()
        except (OSError, ValueError):  # forbidden, offline, or no text
            continue
