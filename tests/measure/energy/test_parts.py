import pytest

from asr_harness.measure.energy.parts import energy_part, stages_add_up
from asr_harness.schema import Energy, EnergyMeasurement, StageName


def measured(gross_j: float, relative_uncertainty: float | None = 0.01) -> EnergyMeasurement:
    return EnergyMeasurement(
        "nvml",
        "measured",
        gross_j=gross_j,
        net_j=0.6 * gross_j,
        idle_power_w=40.0,
        step_s=0.1,
        n_ticks=50,
        n_works=30,
        n_trials=3,
        relative_uncertainty=relative_uncertainty,
        states=({"power_limit_w": 300.0},),
    )


STAGES: dict[StageName, EnergyMeasurement] = {
    "preprocess": measured(10.0),
    "encode": measured(60.0),
    "decode": measured(30.0),
}
LOST = EnergyMeasurement("nvml", "unmeasured", reason="the GPU was throttled")


def test_joules_are_saved_as_they_were_measured() -> None:
    part, reasons = energy_part(measured(100.0), STAGES)
    assert part == Energy(measured(100.0), STAGES, stages_add_up=True)
    assert reasons == {"energy.dram_j": "nvml does not count memory apart"}


def test_lost_joules_have_their_reason_under_the_metrics_name() -> None:
    part, reasons = energy_part(LOST, STAGES)
    assert part.whole.gross_j is None
    assert reasons["energy"] == reasons["energy.net_j"] == "the GPU was throttled"


def test_a_lost_stage_has_its_own_reason_and_the_sum_is_undecided() -> None:
    part, reasons = energy_part(measured(100.0), STAGES | {"decode": LOST})
    assert part.stages_add_up is None
    assert reasons["energy.stages.decode"] == "the GPU was throttled"
    assert "decode" in reasons["energy.stages_add_up"]


# The sum's standard uncertainty is sqrt(0.1² + 0.6² + 0.3² + 1²) = 1.2083 J, doubled 2.4166 J.
@pytest.mark.parametrize(
    ("whole_j", "expected"), [(100.0, True), (102.3, True), (97.0, False), (103.0, False)]
)
def test_stages_add_up_within_the_uncertainty_of_the_difference(whole_j: float, expected: bool) -> None:
    assert stages_add_up(measured(whole_j), STAGES) is expected


def test_without_an_uncertainty_the_sum_is_undecided() -> None:
    assert stages_add_up(measured(100.0, None), STAGES) is None


def test_without_stages_there_is_no_sum() -> None:
    assert stages_add_up(measured(100.0), {}) is None
