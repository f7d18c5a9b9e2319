from pathlib import Path
from typing import Any

import pytest

from asr_harness.devices.energy.rapl import open_dram_counter, open_energy_counter
from asr_harness.errors import MeterError
from asr_harness.measure.energy import measure_energy
from asr_harness.schema import EnergyMeasurement
from tests.devices.fake_power import IDLE_W, WAVEFORMS, FakeMachine, constant
from tests.devices.fake_powercap import FakePowercap

WORK_S = 0.13
TOLERANCE = 0.02


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine(constant)


def measure(tree: FakePowercap, machine: FakeMachine, work_s: float = WORK_S) -> EnergyMeasurement:
    return measure_energy(
        machine.work_for(work_s),
        open_energy_counter(tree.root),
        synchronise=lambda: None,
        clock=machine.clock,
        sleep=machine.sleep,
        polling=machine.polling,
    )


@pytest.mark.parametrize("waveform", WAVEFORMS)
def test_joules_are_the_integral_of_the_waveform(tmp_path: Path, waveform: Any) -> None:
    machine = FakeMachine(waveform)
    figure = measure(FakePowercap(tmp_path, machine), machine)
    assert figure.gross_j == pytest.approx(machine.worked_j / machine.n_works, rel=TOLERANCE)
    assert (figure.label, figure.source) == ("measured", "rapl packages")


@pytest.mark.parametrize("work_s", [WORK_S, 4.0])
def test_a_counter_that_wraps_several_times_in_a_trial_is_added_up(
    tmp_path: Path, machine: FakeMachine, work_s: float
) -> None:
    tree = FakePowercap(tmp_path, machine, range_uj=60_000_000)
    figure = measure(tree, machine, work_s)
    assert figure.gross_j == pytest.approx(150 * work_s, rel=TOLERANCE)
    assert figure.idle_power_w == pytest.approx(IDLE_W, rel=0.01)


def test_packages_are_summed_and_neither_psys_nor_cores_are_added(
    tmp_path: Path, machine: FakeMachine
) -> None:
    FakePowercap(tmp_path, machine)
    assert open_energy_counter(tmp_path).read_j() == pytest.approx(machine.counted_j)


def test_a_second_view_of_a_package_is_not_counted_twice(tmp_path: Path, machine: FakeMachine) -> None:
    FakePowercap(tmp_path, machine).add("intel-rapl-mmio:0", "package-0", 0.5)
    assert open_energy_counter(tmp_path).read_j() == pytest.approx(machine.counted_j)


def test_the_memory_is_counted_apart(tmp_path: Path, machine: FakeMachine) -> None:
    figure = measure(FakePowercap(tmp_path, machine), machine)
    assert figure.dram_j == pytest.approx(15 * WORK_S, rel=TOLERANCE)


def test_a_processor_without_a_memory_zone_has_none(tmp_path: Path) -> None:
    assert open_dram_counter(tmp_path) is None


def test_a_counter_that_stalls_gives_no_figure(tmp_path: Path, machine: FakeMachine) -> None:
    tree = FakePowercap(tmp_path, machine)
    tree.stalls_s = 5.0
    figure = measure(tree, machine)
    assert figure.gross_j is None
    assert "stalled" in str(figure.reason)


@pytest.mark.parametrize("vanishes_s", [0.4, 6.0, 18.5])
def test_a_tree_that_vanishes_gives_no_figure(
    tmp_path: Path, machine: FakeMachine, vanishes_s: float
) -> None:
    tree = FakePowercap(tmp_path / "powercap", machine)
    tree.vanishes_s = vanishes_s
    figure = measure(tree, machine)
    assert figure.gross_j is None
    assert "energy_uj cannot be read" in str(figure.reason)


def test_permission_denied_gives_the_command_and_the_rule(
    tmp_path: Path, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakePowercap(tmp_path, machine)
    read_text = Path.read_text

    def forbidding(path: Path, *arguments: Any) -> str:
        if path.name == "energy_uj":
            raise PermissionError(13, "Permission denied", str(path))
        return read_text(path, *arguments)

    monkeypatch.setattr(Path, "read_text", forbidding)
    with pytest.raises(MeterError, match=r"chmod a\+r .*udev rule"):
        open_energy_counter(tmp_path)


def test_a_machine_without_rapl_says_that_virtual_ones_have_none(tmp_path: Path) -> None:
    with pytest.raises(MeterError, match="virtual machines have none"):
        open_energy_counter(tmp_path / "absent")


def test_a_counter_that_runs_backwards_is_no_wrap_and_says_so(tmp_path: Path) -> None:
    zone = tmp_path / "intel-rapl:0"
    zone.mkdir()
    for name, value in (
        ("name", "package-0"),
        ("max_energy_range_uj", "65532610987"),
        ("energy_uj", "9000000"),
    ):
        (zone / name).write_text(f"{value}\n")
    counter = open_energy_counter(tmp_path)
    before = counter.state()
    (zone / "energy_uj").write_text("8000000\n")
    assert counter.read_j() == 9.0
    (zone / "energy_uj").write_text("8500000\n")
    assert counter.read_j() == 9.5
    assert "went backwards" in str(counter.invalid_reason(before, counter.state()))
    assert counter.invalid_reason(before, before) is None
