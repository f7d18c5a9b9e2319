"""What a session loads and opens for its cases."""

import pytest

from asr_harness.devices import HOST
from asr_harness.errors import MeterError
from asr_harness.grid import Plan
from asr_harness.plugin.workbench import Workbench


def plan() -> Plan:
    return Plan("energy", (), {}, {}, {}, "embedded", "dummy", 1, 0.01, "estimate:10")


def test_energy_is_counted_as_the_plan_says() -> None:
    energy = Workbench(plan()).instruments(HOST.key).energy
    assert not isinstance(energy, MeterError)


def test_rounds_taken_in_turn_leave_out_what_has_a_pass_of_its_own() -> None:
    instruments = Workbench(plan(), is_live=True).instruments(HOST.key)
    assert instruments.peaks is None
    assert isinstance(instruments.energy, MeterError)
    with pytest.raises(MeterError, match="--asr-energy off"):
        raise instruments.energy
