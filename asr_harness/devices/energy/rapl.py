"""Energy of the processor packages, and of the memory apart, from RAPL through the kernel's powercap tree.

Source: Linux, Documentation/power/powercap/powercap.rst. Intel and AMD share the tree; `psys` counts the
whole platform, packages included, so it is never added. `energy_uj` starts anew at `max_energy_range_uj`.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from asr_harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POWERCAP = Path("/sys/class/powercap")
REMEDY = (
    "run `sudo chmod a+r /sys/class/powercap/*/energy_uj`, or for good the udev rule "
    'SUBSYSTEM=="powercap", RUN+="/bin/chmod a+r /sys%p/energy_uj"'
)


class Zone:
    """One counter of the tree, wrap-around added up.

    It must be read at least once per wrap: 65 kJ at the least, more than 3 minutes at 300 W.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._range_uj = self._read("max_energy_range_uj")
        self._last_uj = self._read("energy_uj")
        self._total_uj = self._last_uj
        self.n_backward = 0
        """How often the counter fell by so little that it cannot have wrapped."""

    def read_j(self) -> float:
        """Joules, growing on. Raises MeterError if the file is gone or forbidden."""
        now_uj = self._read("energy_uj")
        if 0 < self._last_uj - now_uj <= self._range_uj // 2:
            # A wrap falls by nearly the whole range; a small fall, taken for one, would be kilojoules.
            self.n_backward += 1
        else:
            self._total_uj += (now_uj - self._last_uj) % (self._range_uj + 1)
        self._last_uj = now_uj
        return self._total_uj / 1e6

    def _read(self, name: str) -> int:
        path = self._path / name
        try:
            return int(path.read_text("ascii"))
        except PermissionError as error:
            raise MeterError(f"{path} is not readable by this user; {REMEDY}") from error
        except OSError as error:
            raise MeterError(
                f"{path} cannot be read ({error.strerror}); check that its module is loaded"
            ) from error


class PowercapEnergy:
    """The sum of some zones, read together."""

    label: Literal["measured"] = "measured"
    step_s = None

    def __init__(self, zones: Sequence[Zone], source: str, apart: PowercapEnergy | None = None) -> None:
        self.source = source
        self._zones, self._apart = zones, apart
        self._lock = Lock()

    def read_j(self) -> float:
        """Joules of all zones. Raises MeterError if one cannot be read any more."""
        if self._apart:
            self._apart.read_j()
        with self._lock:
            return sum(zone.read_j() for zone in self._zones)

    def state(self) -> Mapping[str, Any]:
        """The joules of the memory, which are not in the sum; None where they are not counted."""
        dram_j = self._apart.read_j() if self._apart else None
        n_backward = self.n_backward + (self._apart.n_backward if self._apart else 0)
        return {"n_zones": len(self._zones), "dram_j": dram_j, "n_backward": n_backward}

    @property
    def n_backward(self) -> int:
        """How often any zone's counter ran backwards."""
        return sum(zone.n_backward for zone in self._zones)

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Object to a counter that ran backwards; RAPL tells of no throttling."""
        if after["n_backward"] == before["n_backward"]:
            return None
        return f"{self.source}: a counter went backwards, by less than a wrap; what it counted is unknown"


def open_energy_counter(root: Path = POWERCAP) -> PowercapEnergy:
    """Open the package zones, the memory's zones apart.

    Raises MeterError where there are none, as in most virtual machines, or where they are not readable.
    """
    packages = [Zone(path) for path in _zones(root, "intel-rapl:*") if _name(path).startswith("package")]
    if not packages:
        raise MeterError(
            f"no RAPL package zone under {root}: virtual machines have none; on real ones run "
            "`sudo modprobe intel_rapl_msr`, or ask for an estimate with a stated TDP"
        )
    return PowercapEnergy(packages, "rapl packages", apart=open_dram_counter(root))


def open_dram_counter(root: Path = POWERCAP) -> PowercapEnergy | None:
    """Open the memory's zones; None where the processor has none."""
    zones = [Zone(path) for path in _zones(root, "intel-rapl:*:*") if _name(path) == "dram"]
    return PowercapEnergy(zones, "rapl dram") if zones else None


def _zones(root: Path, pattern: str) -> list[Path]:
    # The memory-mapped twin of a zone, intel-rapl-mmio, counts the same package once more.
    depth = pattern.count(":")
    return sorted(path for path in root.glob(pattern) if path.name.count(":") == depth)


def _name(path: Path) -> str:
    try:
        return (path / "name").read_text("ascii").strip()
    except OSError as error:
        raise MeterError(
            f"{path / 'name'} cannot be read ({error.strerror}); check its permissions"
        ) from error
