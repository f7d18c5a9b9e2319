"""All cases of a model together: what slows each of them a little shows in their mean."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp, expm1, log
from pathlib import Path

import pytest

from asr_harness import stats
from asr_harness.judge import Finding, Judgement
from asr_harness.judge.rules import parse_rule, parse_waiver
from asr_harness.schema import RunFile, parse_run
from tests.judge.judging import compare, finding
from tests.saved_runs import content, measured

CASES = tuple(
    f"tiny-cpu-{bucket}-b{size}-baseline" for bucket in ("5s", "15s", "30s") for size in (1, 4, 8, 16)
)
TOGETHER = "tiny-cpu-*-baseline"

Pace = Callable[[random.Random], float]


def runs(
    rng: random.Random,
    scale: float,
    n: int = 5,
    *,
    cases: Sequence[str] = CASES,
    pace: Pace = lambda _: 1.0,
    commit: str = "a",
    name: str = "run",
) -> list[RunFile]:
    """Runs whose cases differ by 4 % each on its own, and by a pace that all of a run have in common."""
    found = []
    for index in range(n):
        common = pace(rng)
        measurements = [
            measured(case_id, rounds_s=(scale * common * exp(rng.gauss(0, 0.04)),) * 3) for case_id in cases
        ]
        path = Path(f"{name}-{commit}-{index}.json")
        found.append(parse_run(path, content(*measurements, commit=commit * 40, day=index)))
    return found


def together(judgement: Judgement, metric: str = "latency") -> Finding:
    return finding(judgement, metric, TOGETHER)


def test_a_slow_down_too_small_for_any_case_shows_in_the_mean_of_all() -> None:
    rng = random.Random(1)
    found = compare(runs(rng, 1.0), runs(rng, 1.06))
    assert {finding(found, "latency", case_id).verdict for case_id in CASES} == {"inconclusive"}
    assert together(found).verdict == "regression"
    assert together(found).effect == pytest.approx(0.06, abs=0.02)
    assert together(found).note == "12 cases"
    assert found.exit_status == 1


def test_what_all_cases_of_a_run_have_in_common_is_no_evidence_of_twelve() -> None:
    rng = random.Random(2)
    alarms = 0
    for _ in range(60):
        sides = [runs(rng, 1.0, pace=lambda rng: exp(rng.gauss(0, 0.1))) for _ in range(2)]
        alarms += together(compare(*sides, alpha=0.25)).verdict in ("regression", "improvement")
    # A third of alpha for latency and memory: some 4 in 100; taken for twelve, every second would be one.
    assert alarms <= 6


def test_the_mean_is_geometric_and_in_each_units_own_figures() -> None:
    base = [
        parse_run(
            Path(f"{i}"), content(measured(CASES[0], rounds_s=(1.0,)), measured(CASES[1], rounds_s=(4.0,)))
        )
        for i in (0, 1)
    ]
    latency = together(compare(base, base))
    # √(1 · 4) seconds of four utterances of 5 s each.
    assert latency.base == pytest.approx(2.0 / 4)
    assert latency.details["rtf_base"] == pytest.approx(2.0 / 20)


def test_a_run_that_lacks_a_case_says_nothing_of_all() -> None:
    rng = random.Random(3)
    whole, part = runs(rng, 1.0, 3), runs(rng, 9.0, 1, cases=CASES[1:], name="part")
    assert together(compare(whole, [*runs(rng, 1.0, 3), *part])).effect == pytest.approx(0.0, abs=0.05)


def test_the_strictest_rule_for_any_of_the_cases_holds_for_all() -> None:
    rng = random.Random(4)
    sides = runs(rng, 1.0), runs(rng, 1.06)
    lenient = parse_rule("latency>20%")
    assert together(compare(*sides, rules=[lenient])).verdict == "unchanged"
    assert (
        together(compare(*sides, rules=[lenient, parse_rule("*-5s-b1-*:latency>1%")])).verdict == "regression"
    )


def test_a_lenient_rule_for_one_case_is_not_one_for_all() -> None:
    rng = random.Random(4)
    found = compare(runs(rng, 1.0), runs(rng, 1.06), rules=[parse_rule("*-5s-b1-*:latency>20%")])
    assert together(found).verdict == "regression"


def test_a_waiver_acts_on_the_row_of_a_model_and_on_its_cases() -> None:
    sides = [
        [
            parse_run(
                Path(f"{name}{i}"),
                content(
                    *(
                        measured(case_id, rounds_s=(scale * (1 + 0.002 * i),), peak_resident_bytes=memory)
                        for case_id in CASES
                    ),
                    commit=name * 40,
                    day=i,
                ),
            )
            for i in range(5)
        ]
        for name, scale, memory in (("a", 1.0, 2e9), ("b", 1.1, 1e9))
    ]
    traded = compare(*sides, waivers=[parse_waiver("tiny-cpu-*:rtf+20% if memory-20%")])
    assert together(traded).waived_by
    assert traded.exit_status == 0
    assert compare(*sides, waivers=[parse_waiver("*-5s-*:rtf+20% if memory-20%")]).exit_status == 1


def test_one_case_alone_is_not_together_with_anything() -> None:
    rng = random.Random(5)
    found = compare(runs(rng, 1.0, cases=CASES[:1]), runs(rng, 1.0, cases=CASES[:1]))
    assert not [each for each in found.findings if "*" in each.case_id]


def test_one_run_a_side_is_judged_by_the_history_of_all_cases() -> None:
    rng = random.Random(6)
    history = runs(rng, 1.0, 10, commit="c")
    found = compare(runs(rng, 1.0, 1), runs(rng, 1.2, 1, commit="b"), history=history)
    assert together(found).verdict == "regression"
    assert together(found).note == "12 cases; against the stored noise history"


def test_without_history_one_run_a_side_has_no_row_for_all() -> None:
    rng = random.Random(7)
    found = compare(runs(rng, 1.0, 1), runs(rng, 1.2, 1, commit="b"))
    assert not [each for each in found.findings if "*" in each.case_id]


def test_headline_metrics_are_taken_together_and_details_are_not() -> None:
    rng = random.Random(8)
    found = compare(runs(rng, 1.0), runs(rng, 1.0))
    assert {each.metric for each in found.findings if "*" in each.case_id} == {"latency", "memory"}


def test_cases_that_tell_each_other_the_usual_noise_show_what_one_alone_could_not() -> None:
    rng = random.Random(5)
    base, candidate = (runs(rng, 1.0) for _ in range(2))
    slow = [runs(rng, 1.17, cases=CASES[:1])[i].records[CASES[0]] for i in range(5)]
    candidate = [
        replace(run, records={**run.records, CASES[0]: record})
        for run, record in zip(candidate, slow, strict=True)
    ]
    alone = [
        [replace(run, records={CASES[0]: run.records[CASES[0]]}) for run in side]
        for side in (base, candidate)
    ]
    among_others = compare(base, candidate)
    assert finding(among_others, "latency", CASES[0]).verdict == "regression"
    assert finding(compare(*alone, alpha=0.01 / 12), "latency", CASES[0]).verdict == "inconclusive"
    assert {finding(among_others, "latency", case_id).verdict for case_id in CASES[1:]} <= {
        "inconclusive",
        "unchanged",
    }


def test_with_two_runs_a_side_each_case_stands_alone() -> None:
    rng = random.Random(4)
    base, candidate = (runs(rng, scale, n=2) for scale in (1.0, 1.2))
    found = finding(compare(base, candidate), "latency", CASES[0])
    own = [[run.records[CASES[0]].result.speed.rounds_s[0] for run in side] for side in (base, candidate)]
    difference = stats.welch(*([log(value) for value in side] for side in own))
    assert difference is not None
    assert (found.low, found.high) == (
        pytest.approx(expm1(difference.low)),
        pytest.approx(expm1(difference.high)),
    )
