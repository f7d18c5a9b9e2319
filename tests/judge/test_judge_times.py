"""Times over runs: regressions found, noise left alone, and what is said where one cannot tell."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from asr_harness.errors import RuleError
from asr_harness.judge import tested_times
from asr_harness.judge.rules import parse_rule, parse_waiver
from asr_harness.report import forms
from asr_harness.schema import Energy, EnergyMeasurement, Fingerprints
from tests.judge.conftest import Side
from tests.judge.judging import compare, finding
from tests.saved_runs import measured, unmeasured, write_run


def test_a_slow_down_of_a_tenth_is_one_regression_in_two_units(side: Side) -> None:
    found = compare(side("a"), side("b", scale=1.1))
    assert finding(found, "latency").verdict == "regression"
    assert "rtf" not in {each.metric for each in found.findings}
    details = finding(found, "latency").details
    assert details["rtf_candidate"] / details["rtf_base"] - 1 == pytest.approx(0.1, abs=0.02)
    assert finding(found, "latency").effect == pytest.approx(0.1, abs=0.02)
    assert found.exit_status == 1


def test_swapping_the_sides_swaps_the_verdicts(side: Side) -> None:
    forth, back = compare(side("a"), side("b", scale=1.1)), compare(side("b", scale=1.1), side("a"))
    assert finding(back, "latency").verdict == "improvement"
    assert (1 + (finding(back, "latency").effect or 0)) * (
        1 + (finding(forth, "latency").effect or 0)
    ) == pytest.approx(1)


def test_scaling_both_sides_changes_nothing(side: Side) -> None:
    plain = finding(compare(side("a"), side("b", scale=1.05)), "latency")
    scaled = finding(compare(side("a", scale=3.0), side("b", scale=3.15)), "latency")
    assert (scaled.verdict, scaled.effect, scaled.p) == (
        plain.verdict,
        pytest.approx(plain.effect),
        pytest.approx(plain.p),
    )


def test_identical_runs_are_never_a_regression(side: Side) -> None:
    runs = side("a", noise=0.3)
    found = compare(runs, runs)
    assert not found.of("regression")


def test_noise_alone_is_inconclusive_and_says_how_many_runs_would_decide(side: Side) -> None:
    found = finding(compare(side("a", noise=0.1), side("b", noise=0.1)), "latency")
    assert found.verdict == "inconclusive"
    assert (found.more_units or 0) > 5
    assert (found.mde or 0) > 0.1


def test_quiet_runs_without_change_are_unchanged(side: Side) -> None:
    found = compare(side("a", noise=0.003), side("b", noise=0.003))
    assert finding(found, "latency").verdict == "unchanged"
    assert found.exit_status == 0


def test_one_run_a_side_without_history_is_inconclusive(side: Side) -> None:
    found = compare(side("a", 1), side("b", 1, scale=1.5))
    assert finding(found, "latency").verdict == "inconclusive"
    assert "noise of this machine and case is not known" in finding(found, "latency").note
    assert found.exit_status == 3


def test_one_run_a_side_is_judged_by_the_stored_history(side: Side) -> None:
    history = side("c", 12, noise=0.01)
    slow = compare(side("a", 1), side("b", 1, scale=1.5), history=history)
    same = compare(side("a", 1), side("b", 1, scale=1.02), history=history)
    assert finding(slow, "latency").verdict == "regression"
    assert finding(same, "latency").verdict != "regression"


def test_one_run_a_side_is_judged_by_what_commits_and_sessions_differ_by(side: Side) -> None:
    # Back to back the runs of a commit agree to a per mille; between commits the machine moves by tenths.
    paces = (1.0, 1.3, 0.8, 1.2, 0.9, 1.1)
    history = tuple(run for i, pace in enumerate(paces) for run in side(f"{i}", 2, scale=pace, noise=0.001))
    found = compare(side("a", 1), side("b", 1, scale=1.2), history=history)
    assert finding(found, "latency").verdict == "inconclusive"


def test_a_history_of_other_weights_counts_for_nothing(side: Side) -> None:
    history = side("c", 12, fingerprints=Fingerprints("s", "other", "n", "d"))
    found = compare(side("a", 1), side("b", 1, scale=1.5), history=history)
    assert finding(found, "latency").verdict == "inconclusive"


def test_what_one_run_a_side_could_see_is_told_by_the_history(side: Side) -> None:
    history = side("c", 12, noise=0.01)
    found = finding(compare(side("a", 1), side("b", 1, scale=1.01), history=history), "latency")
    # Runs that differ by 1 %, two of them, 11 degrees of freedom: √2 · (5 for the level + 1.4 for power) %.
    assert found.mde == pytest.approx(0.09, abs=0.03)


@pytest.mark.parametrize("alpha", [1e-6, 1e-17])
def test_a_level_however_strict_has_bounds_that_fit_a_line(side: Side, alpha: float) -> None:
    found = compare(side("a", 2, noise=0.1), side("b", 2, noise=0.1), alpha=alpha)
    assert json.loads(forms.render("json", found, 80))["alpha"] == alpha
    assert max(map(len, forms.render("table", found, 80).splitlines())) <= 80


def test_the_level_of_the_intervals_is_not_rounded_up(side: Side) -> None:
    said = forms.render("table", compare(side("a"), side("b"), alpha=0.001), 80)
    assert "All intervals at 99.9 %" in said


def test_a_history_of_uncommitted_changes_counts_for_nothing(side: Side) -> None:
    history = side("c", 12, dirty=True)
    found = compare(side("a", 1), side("b", 1, scale=1.5), history=history)
    assert finding(found, "latency").verdict == "inconclusive"


def test_the_false_alarm_rate_is_shared_out_as_documented() -> None:
    shares = {"per_model": 0.2, "headline": 0.15, "detail": 0.05, "quality_per_model": 0.4, "quality": 0.2}
    assert shares == tested_times.SHARES
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_history_of_another_machine_counts_for_nothing(side: Side) -> None:
    history = side("c", 12, environment={"cpu": "Another"})
    assert (
        finding(compare(side("a", 1), side("b", 1, scale=1.5), history=history), "latency").verdict
        == "inconclusive"
    )


def test_calibration_is_used_where_it_follows_the_machines_pace(tmp_path: Path) -> None:
    rng = random.Random(5)
    sides = []
    for name, scale in (("a", 1.0), ("b", 1.08)):
        runs = []
        for index in range(5):
            pace = rng.uniform(1, 2)
            case = measured(
                rounds_s=(scale * pace * rng.gauss(1, 0.01),) * 3, calibration_s=(0.02 * pace,) * 3
            )
            runs.append(write_run(tmp_path / f"{name}{index}.json", case))
        sides.append(runs)
    found = compare(*sides)
    assert finding(found, "latency").calibrated
    assert finding(found, "latency").verdict == "regression"
    assert "calibration used" in found.calibration["cpu"]


def test_the_false_alarms_of_all_cells_together_are_held(tmp_path: Path) -> None:
    rng = random.Random(11)
    names = [f"model-{i}-cpu-5s-b1-baseline" for i in range(15)]
    alarms = 0
    for trial in range(40):
        sides = []
        for name in "ab":
            runs = []
            for index in range(4):
                cases = [measured(each, rounds_s=(rng.gauss(1, 0.03),) * 3) for each in names]
                runs.append(write_run(tmp_path / f"{trial}{name}{index}.json", *cases))
            sides.append(runs)
        alarms += bool(compare(*sides, alpha=0.05).of("regression", "improvement"))
    assert alarms <= 4


def test_the_strictest_of_all_rules_holds(side: Side) -> None:
    sides = side("a", noise=0.001), side("b", scale=1.04, noise=0.001)
    rules = [parse_rule("latency>10%"), parse_rule("whisper-*:latency>3%"), parse_rule("rtf>5%")]
    found = compare(*sides, rules=rules)
    assert finding(found, "latency").verdict == "regression"


@pytest.mark.parametrize("rule", ["rtf>5%", "latency>5%"])
def test_a_rule_for_latency_or_rtf_is_the_rule_for_both(side: Side, rule: str) -> None:
    found = compare(side("a", noise=0.003), side("b", scale=1.037, noise=0.003), rules=[parse_rule(rule)])
    assert finding(found, "latency").verdict == "unchanged"
    assert found.exit_status == 0


def test_a_waiver_for_rtf_waives_the_one_finding(side: Side) -> None:
    sides = (
        side("a", noise=0.003, peak_resident_bytes=2e9),
        side("b", noise=0.003, scale=1.1, peak_resident_bytes=1e9),
    )
    assert compare(*sides).exit_status == 1
    traded = compare(*sides, waivers=[parse_waiver("rtf+20% if memory-20%")])
    assert finding(traded, "latency").waived_by == "rtf+20% if memory-20%"
    assert traded.exit_status == 0


def test_a_rule_makes_a_metric_count_that_only_informed(side: Side) -> None:
    sides = side("a", noise=0.001), side("b", scale=1.2, noise=0.001)
    assert not finding(compare(*sides), "encode").gated
    assert finding(compare(*sides, rules=[parse_rule("encode>5%")]), "encode").gated


def test_a_rule_that_matches_nothing_is_an_error(side: Side) -> None:
    with pytest.raises(RuleError, match="matches nothing"):
        compare(side("a"), side("b"), rules=[parse_rule("turbo-*:rtf>5%")])


@pytest.mark.parametrize("rule", ["energy>5%", "wer>0.5pt"])
def test_a_rule_for_what_neither_side_measured_is_an_error(side: Side, rule: str) -> None:
    with pytest.raises(RuleError, match=r"baseline has no (energy|wer)"):
        compare(side("a"), side("b"), rules=[parse_rule(rule)])


def test_a_rule_for_what_is_barred_or_lost_is_none(side: Side) -> None:
    rules = [parse_rule("energy>5%")]
    elsewhere = side("b", environment={"cpu": "Another"})
    assert compare(side("a"), elsewhere, across=["machines"], rules=rules).exit_status == 0
    lost = compare(side("a"), side("c", cases=[unmeasured("oom")]), rules=rules)
    assert lost.exit_status == 1


def test_a_trade_off_allows_what_was_paid_for(side: Side) -> None:
    sides = (
        side("a", noise=0.003, peak_resident_bytes=1e9),
        side("b", noise=0.003, scale=0.7, peak_resident_bytes=1.2e9),
    )
    assert compare(*sides).exit_status == 1
    traded = compare(*sides, waivers=[parse_waiver("memory+25% if rtf-20%")])
    assert finding(traded, "memory").verdict == "regression"
    assert finding(traded, "memory").waived_by == "memory+25% if rtf-20%"
    assert traded.exit_status == 0
    dear = compare(*sides, waivers=[parse_waiver("memory+10% if rtf-20%")])
    assert finding(dear, "memory").verdict == "regression"


def test_estimated_energy_is_never_judged(side: Side) -> None:
    estimated, counted = (
        {"energy": Energy(EnergyMeasurement("a counter", label, gross_j=4.0))}
        for label in ("estimated", "measured")
    )
    metrics = {each.metric for each in compare(side("a", **estimated), side("b", **estimated)).findings}
    assert "energy" not in metrics
    assert finding(compare(side("a", **counted), side("b", **counted)), "energy").verdict == "unchanged"


def test_nothing_above_0_is_nothing_to_compare(side: Side) -> None:
    found = compare(side("a", peak_resident_bytes=0), side("b", peak_resident_bytes=0))
    assert "memory" not in {each.metric for each in found.findings}


def test_what_is_undecided_can_be_told_to_pass_or_fail(side: Side) -> None:
    found = compare(side("a", 1), side("b", 1))
    assert [replace(found, undecided=choice).exit_status for choice in (None, "pass", "fail")] == [3, 0, 1]
