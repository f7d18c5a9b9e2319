"""A powercap tree in a folder, kept up to date by a fake machine at each of its steps."""

import shutil
from pathlib import Path

from tests.devices.fake_power import FakeMachine


class FakePowercap:
    """Two packages that share the machine's energy, memory with a tenth as much, and psys with it all."""

    def __init__(self, root: Path, machine: FakeMachine, range_uj: int = 262_143_328_850) -> None:
        self.root = root
        self._machine, self._range_uj = machine, range_uj
        self.vanishes_s = float("inf")
        self.stalls_s = float("inf")
        self._shares: dict[Path, float] = {}
        self.add("intel-rapl:0", "package-0", 0.5)
        self.add("intel-rapl:0:0", "dram", 0.1)
        self.add("intel-rapl:0:1", "core", 0.4)
        self.add("intel-rapl:1", "package-1", 0.5)
        self.add("intel-rapl:2", "psys", 1.2)
        machine.on_step.append(self.update)

    def add(self, zone: str, name: str, share: float) -> None:
        path = self.root / zone
        path.mkdir(parents=True)
        (path / "name").write_text(f"{name}\n")
        (path / "max_energy_range_uj").write_text(f"{self._range_uj}\n")
        self._shares[path] = share
        self._write(path)

    def update(self) -> None:
        now_s = self._machine.clock()
        if now_s >= self.vanishes_s:
            shutil.rmtree(self.root, ignore_errors=True)
        elif now_s < self.stalls_s:
            for path in self._shares:
                self._write(path)

    def _write(self, path: Path) -> None:
        count_uj = round(self._machine.counted_j * 1e6 * self._shares[path])
        (path / "energy_uj").write_text(f"{count_uj % (self._range_uj + 1)}\n")
