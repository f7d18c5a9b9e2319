from typing import Any

import pytest

from asr_harness.devices.energy.nvml_state import NvmlState
from asr_harness.devices.energy.sampled_power import SampledPower
from tests.devices.fake_nvml import FakeNvml
from tests.devices.fake_power import FakeMachine, constant


def counter(power_w: list[float], times_s: list[float]) -> SampledPower:
    state: Any = NvmlState(FakeNvml(FakeMachine(constant)), "gpu", gpu="Fake GPU")
    samples, times = iter(power_w), iter(times_s)
    return SampledPower(
        lambda: next(samples), source="power", step_s=0.1, state=state, clock=lambda: next(times)
    )


def test_power_is_integrated_by_trapezoids() -> None:
    # From 0 to 10 W in 2 s: 10 J; then 1 s from 10 to 20 W: 15 J.
    sampled = counter([0.0, 10.0, 20.0], [5.0, 7.0, 8.0])
    assert [sampled.read_j(), sampled.read_j()] == pytest.approx([10.0, 25.0])


def test_the_state_is_that_of_its_device() -> None:
    sampled = counter([0.0], [0.0])
    assert sampled.state()["gpu"] == "Fake GPU"
    assert sampled.invalid_reason(sampled.state(), sampled.state()) is None
