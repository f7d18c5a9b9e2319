from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_harness.devices.energy.estimate import EstimatedEnergy
from asr_harness.devices.energy.nvml import open_energy_counter
from asr_harness.measure.energy import measure_energy
from asr_harness.schema import EnergyMeasurement
from tests.devices.fake_nvml import FakeCuda, FakeNvml
from tests.devices.fake_power import FakeMachine, constant


def measure(machine: FakeMachine, work: Any, counter: Any = None, **chosen: Any) -> EnergyMeasurement:
    arguments = {
        "synchronise": lambda: None,
        "clock": machine.clock,
        "sleep": machine.sleep,
        "polling": machine.polling,
    }
    counter = counter or open_energy_counter(FakeNvml(machine), FakeCuda(), clock=machine.clock)
    return measure_energy(work, counter, **(arguments | chosen))


def test_the_device_is_synchronised_before_the_first_work_and_after_each() -> None:
    machine = FakeMachine(constant)
    work = machine.work_for(3.0)
    calls: list[str] = []

    def noted_work() -> None:
        calls.append("work")
        work()

    measure(machine, noted_work, synchronise=lambda: calls.append("synchronise"), n_trials=1)
    first = calls.index("work")
    assert calls[first - 1 : first + 4] == ["synchronise", "work", "synchronise", "work", "synchronise"]


def test_a_shorter_pass_can_be_asked_for() -> None:
    machine = FakeMachine(constant)
    figure = measure(machine, machine.work_for(0.1), min_s=1.0, min_steps=10, n_trials=2, idle_s=0.5)
    assert figure.n_trials == 2
    assert 10 <= figure.n_ticks < 20


def test_a_slow_counter_lengthens_the_trials() -> None:
    machine = FakeMachine(constant)
    figure = measure(machine, machine.work_for(0.1), min_s=1.0, n_trials=1)
    assert figure.n_ticks >= 50


def test_one_trial_has_no_uncertainty() -> None:
    machine = FakeMachine(constant)
    assert measure(machine, machine.work_for(0.1), n_trials=1).relative_uncertainty is None


def test_an_error_of_the_work_is_not_taken_for_one_of_the_counter() -> None:
    def broken() -> None:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        measure(FakeMachine(constant), broken)


def test_an_estimate_stays_labelled_and_knows_no_idle_power() -> None:
    machine = FakeMachine(constant)
    busy = EstimatedEnergy(80.0, n_cores=4, cpu_time_s=machine.clock)
    figure = measure(machine, machine.work_for(0.5), busy)
    assert figure.label == "estimated"
    assert figure.gross_j == pytest.approx(10.0)
    assert (figure.idle_power_w, figure.net_j) == (None, None)


@settings(max_examples=8, deadline=None)
@given(work_ms=st.integers(7, 900), power_w=st.floats(60, 700))
def test_any_work_at_any_power_lands_within_two_percent(work_ms: int, power_w: float) -> None:
    machine = FakeMachine(lambda _: power_w)
    figure = measure(machine, machine.work_for(work_ms / 1000))
    assert figure.gross_j == pytest.approx(power_w * work_ms / 1000, rel=0.02)


@pytest.mark.parametrize("work_s", [0.101, 0.199, 0.5])
def test_what_idling_cost_until_the_last_step_is_taken_off(work_s: float) -> None:
    machine = FakeMachine(constant)
    figure = measure(machine, machine.work_for(work_s), min_s=0.6, min_steps=5)
    # Left in, up to 0.1 s at 40 W would be 4 J of some 90 J.
    assert figure.gross_j == pytest.approx(150 * work_s, rel=0.005)
