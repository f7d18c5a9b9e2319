import json

import pytest
from asr_harness.measure.energy_info import energy_info, stages_add_up

from asr_harness.schema import EnergyMeasurement


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


STAGES = {"preprocess": measured(10.0), "encode": measured(60.0), "decode": measured(30.0)}
LOST = EnergyMeasurement("nvml", "unmeasured", reason="the GPU was throttled")


def test_joules_are_shared_among_utterances_and_seconds() -> None:
    info, reasons = energy_info(measured(100.0), STAGES, n_utterances=8, audio_s=50.0)
    assert info["energy_per_utterance_j"] == pytest.approx(12.5)
    assert info["energy_per_audio_s_j"] == pytest.approx(2.0)
    assert info["stage_energy_j"] == {"preprocess": 10.0, "encode": 60.0, "decode": 30.0}
    assert reasons == {"dram_energy_j": "nvml does not count memory apart"}


def test_every_figure_carries_what_it_rests_on() -> None:
    evidence = energy_info(measured(100.0), STAGES, n_utterances=1, audio_s=1.0)[0]["energy_evidence"]
    assert list(evidence) == ["whole", "preprocess", "encode", "decode"]
    for figure in evidence.values():
        assert (figure["source"], figure["label"]) == ("nvml", "measured")
        assert (figure["n_ticks"], figure["n_trials"], figure["relative_uncertainty"]) == (50, 3, 0.01)


def test_it_is_plain_json() -> None:
    info, _ = energy_info(measured(100.0), STAGES, n_utterances=1, audio_s=1.0)
    assert json.loads(json.dumps(info)) == info


def test_a_lost_figure_is_none_with_its_reason_everywhere() -> None:
    info, reasons = energy_info(LOST, STAGES, n_utterances=1, audio_s=1.0)
    assert info["energy_j"] is None
    assert info["energy_per_utterance_j"] is None
    assert reasons["energy_j"] == reasons["net_energy_j"] == "the GPU was throttled"


def test_a_lost_stage_has_its_own_reason_and_the_sum_is_undecided() -> None:
    stages = STAGES | {"decode": LOST}
    info, reasons = energy_info(measured(100.0), stages, n_utterances=1, audio_s=1.0)
    assert info["stages_add_up"] is None
    assert reasons["stage_energy_j.decode"] == "the GPU was throttled"
    assert "decode" in reasons["stages_add_up"]


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
