import os
from typing import Any

import psutil
import pynvml
import pytest

from asr_harness.devices.energy.nvml import open_energy_counter
from asr_harness.errors import MeterError
from asr_harness.measure.energy import measure_energy
from asr_harness.schema import EnergyMeasurement
from tests.devices.fake_nvml import UUID, FakeCuda, FakeNvml
from tests.devices.fake_power import IDLE_W, WAVEFORMS, FakeMachine, constant

WORK_S = 0.13
TOLERANCE = 0.02


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine(constant)


@pytest.fixture
def nvml(machine: FakeMachine) -> FakeNvml:
    return FakeNvml(machine)


def measure(nvml: FakeNvml, work_s: float = WORK_S, **settings: Any) -> EnergyMeasurement:
    machine = nvml.machine
    counter = open_energy_counter(nvml, FakeCuda(), clock=machine.clock, **settings)
    return measure_energy(
        machine.work_for(work_s),
        counter,
        synchronise=lambda: None,
        clock=machine.clock,
        sleep=machine.sleep,
        polling=machine.polling,
    )


@pytest.mark.parametrize("waveform", WAVEFORMS)
@pytest.mark.parametrize("has_counter", [True, False])
def test_joules_are_the_integral_of_the_waveform(waveform: Any, has_counter: bool) -> None:
    nvml = FakeNvml(FakeMachine(waveform))
    nvml.has_counter = has_counter
    figure = measure(nvml)
    true_j = nvml.machine.worked_j / nvml.machine.n_works
    assert figure.gross_j == pytest.approx(true_j, rel=TOLERANCE)
    assert figure.label == "measured"


def test_each_trial_is_long_enough_for_its_counter(nvml: FakeNvml) -> None:
    figure = measure(nvml)
    assert figure.step_s == pytest.approx(0.1)
    assert figure.n_trials == 3
    assert figure.n_ticks >= 50


def test_idling_is_measured_and_taken_off(nvml: FakeNvml) -> None:
    figure = measure(nvml)
    assert figure.idle_power_w == pytest.approx(IDLE_W, rel=0.01)
    assert figure.net_j == pytest.approx((150 - IDLE_W) * WORK_S, rel=TOLERANCE)


def test_a_work_longer_than_a_trial_runs_once_in_each(nvml: FakeNvml) -> None:
    figure = measure(nvml, work_s=7.3)
    assert figure.n_works == 3
    assert figure.gross_j == pytest.approx(150 * 7.3, rel=TOLERANCE)


def test_a_gpu_without_an_energy_counter_has_its_power_sampled_and_says_so(nvml: FakeNvml) -> None:
    nvml.has_counter = False
    assert measure(nvml).source == "nvml power, sampled and integrated"


def test_a_stretch_of_throttling_inside_one_work_invalidates(nvml: FakeNvml) -> None:
    nvml.throttled_s = (6.0, 6.3)
    figure = measure(nvml, work_s=2.5)
    assert figure.gross_j is None
    assert "software thermal slowdown" in str(figure.reason)


def test_the_older_name_of_the_throttle_reasons_serves_an_older_driver(nvml: FakeNvml) -> None:
    nvml.has_event_reasons = False
    nvml.throttled_s = (6.0, 6.3)
    assert "throttled" in str(measure(nvml).reason)


@pytest.mark.parametrize(
    "bits",
    [pynvml.nvmlClocksEventReasonGpuIdle, pynvml.nvmlClocksEventReasonApplicationsClocksSetting],
)
def test_idling_and_clocks_that_were_set_are_not_throttling(nvml: FakeNvml, bits: int) -> None:
    nvml.bits = bits
    assert measure(nvml).reason is None


def test_a_power_cap_is_throttling_unless_it_is_tolerated(nvml: FakeNvml) -> None:
    nvml.bits = pynvml.nvmlClocksEventReasonSwPowerCap
    assert "software power cap" in str(measure(nvml).reason)
    assert measure(nvml, tolerate_power_cap=True).reason is None


def test_another_process_on_the_gpu_invalidates(nvml: FakeNvml) -> None:
    nvml.pids = [os.getpid(), 1]
    figure = measure(nvml)
    assert figure.label == "unmeasured"
    assert "pid 1" in str(figure.reason)


def test_one_unknown_pid_is_this_process_as_a_containers_host_numbers_it(nvml: FakeNvml) -> None:
    unknown = max(psutil.pids()) + 1_000_000
    nvml.pids = [unknown]
    assert measure(nvml).reason is None
    nvml.pids = [unknown, unknown + 1]
    assert "another process" in str(measure(nvml).reason)


@pytest.mark.parametrize("stretch_s", [(4.0, 5.5), (4.0, 1e9), (0.0, 1e9)])
def test_a_counter_that_stalls_gives_no_figure(nvml: FakeNvml, stretch_s: tuple[float, float]) -> None:
    nvml.stalled_s = stretch_s
    figure = measure(nvml)
    assert figure.gross_j is None
    assert "stalled" in str(figure.reason)


@pytest.mark.parametrize("vanishes_s", [0.4, 6.0, 17.0])
@pytest.mark.parametrize("has_counter", [True, False])
def test_a_gpu_that_vanishes_gives_no_figure(nvml: FakeNvml, vanishes_s: float, has_counter: bool) -> None:
    nvml.vanishes_s, nvml.has_counter = vanishes_s, has_counter
    figure = measure(nvml)
    assert figure.gross_j is None
    assert "GPU is lost" in str(figure.reason)


def test_limits_clocks_and_temperature_stand_beside_the_figure(nvml: FakeNvml) -> None:
    before, after = measure(nvml).states
    assert before == after
    assert before["power_limit_w"] == 300.0
    assert (before["sm_clock_mhz"], before["memory_clock_mhz"], before["temperature_c"]) == (1500, 5000, 55)


def test_the_gpu_that_pytorch_works_on_is_found_by_its_uuid(nvml: FakeNvml) -> None:
    open_energy_counter(nvml, FakeCuda())
    assert nvml.asked_for == [f"GPU-{UUID}"]


def test_where_pytorch_knows_no_uuid_the_bus_address_serves(nvml: FakeNvml) -> None:
    open_energy_counter(nvml, FakeCuda(pci_domain_id=0, pci_bus_id=0x3B, pci_device_id=0))
    assert nvml.asked_for == ["00000000:3b:00.0"]


def test_permission_denied_says_whom_to_ask(nvml: FakeNvml) -> None:
    nvml.counter_error = pynvml.NVML_ERROR_NO_PERMISSION
    with pytest.raises(MeterError, match=r"Insufficient Permissions.*administrator"):
        open_energy_counter(nvml, FakeCuda())


def test_a_missing_driver_says_to_install_it(nvml: FakeNvml) -> None:
    nvml.start_error = pynvml.NVML_ERROR_LIBRARY_NOT_FOUND
    with pytest.raises(MeterError, match="install the NVIDIA driver"):
        open_energy_counter(nvml, FakeCuda())


def test_no_visible_gpu_points_to_the_variable_that_hides_it(nvml: FakeNvml) -> None:
    cuda = FakeCuda()
    cuda.available = False
    with pytest.raises(MeterError, match="CUDA_VISIBLE_DEVICES"):
        open_energy_counter(nvml, cuda)


def test_every_nvml_name_that_is_called_exists_in_the_real_module() -> None:
    names = [name for name in dir(FakeNvml) if name.lower().startswith("nvml")]
    assert all(hasattr(pynvml, name) for name in names)
