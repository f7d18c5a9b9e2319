"""Fail closed: what is missing fails, and what does not match is not compared."""

from dataclasses import replace
from typing import Any

import pytest

from asr_harness.errors import RecordError
from asr_harness.judge.rules import parse_rule
from asr_harness.schema import Fingerprints, Gpu, RunFile
from asr_harness.schema.code import CodeRecord
from tests.judge.conftest import Side
from tests.judge.judging import compare, finding
from tests.saved_runs import CASE, measured, unmeasured

OTHER = "ctc-mini-cpu-5s-b1-baseline"


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("measured", "oom", "regression"),
        ("measured", "failed", "missing"),
        ("measured", "unavailable", "missing"),
        ("oom", "measured", "improvement"),
        ("oom", "oom", "unchanged"),
    ],
)
def test_outcomes_are_judged(side: Side, before: str, after: str, verdict: str) -> None:
    cases = [
        [measured() if each == "measured" else unmeasured(each), measured(OTHER)] for each in (before, after)
    ]
    found = compare(side("a", cases=cases[0]), side("b", cases=cases[1]))
    assert finding(found, "outcome").verdict == verdict
    assert found.exit_status == (1 if verdict in ("regression", "missing") else 0)


@pytest.mark.parametrize(
    ("before", "verdict"), [("oom", "missing"), ("failed", "missing"), ("unavailable", "unchanged")]
)
def test_a_case_that_never_ran_and_is_gone_is_missing_if_the_base_could_have_run_it(
    side: Side, before: str, verdict: str
) -> None:
    found = compare(
        side("a", cases=[unmeasured(before), measured(OTHER)]), side("b", cases=[measured(OTHER)])
    )
    assert finding(found, "outcome").verdict == verdict


@pytest.mark.parametrize(("after", "status"), [("failed", 2), ("measured", 0)])
def test_cases_that_ran_nowhere_are_nothing_to_compare(side: Side, after: str, status: int) -> None:
    cases = [measured() if after == "measured" else unmeasured(after)]
    found = compare(side("a", cases=[unmeasured("failed")]), side("b", cases=cases))
    assert found.exit_status == status
    assert found.headline.startswith("NOTHING" if status else "NO REGRESSION")


def test_a_narrower_session_is_judged_on_what_it_selected_and_that_is_said(side: Side) -> None:
    found = compare(side("a", cases=[measured(), measured(OTHER)]), side("b", cases=[measured(OTHER)]))
    assert (finding(found, "outcome").verdict, finding(found, "outcome").gated) == ("missing", False)
    assert "not selected by the candidate: 1 case" in " ".join(found.notes)
    assert found.exit_status == 0


def test_a_case_of_one_odd_run_is_not_asked_of_the_other_side(side: Side) -> None:
    odd = side("c", 1, cases=[measured(), measured(OTHER)])
    found = compare((*side("a", 4, cases=[measured()]), *odd), side("b", cases=[measured()]))
    assert {each.case_id for each in found.findings} == {CASE}


def test_one_failure_among_the_candidates_runs_is_told_as_flaky(side: Side) -> None:
    runs = (*side("b", 2, cases=[measured()]), *side("c", 1, cases=[unmeasured("failed", reason="boom")]))
    judgement = compare(side("a", cases=[measured()]), runs)
    found = finding(judgement, "outcome")
    assert found.verdict == "inconclusive"
    assert found.note == "flaky: measured in 5 of 5 runs, then in 2 of 3; boom"
    # Fisher: of C(8, 3) = 56 choices of the three, 21 hold the one that failed.
    assert found.p == pytest.approx(21 / 56)
    assert judgement.exit_status == 3


def test_a_flaky_side_against_itself_is_told_and_does_not_fail(side: Side) -> None:
    runs = (*side("a", 4, cases=[measured()]), *side("c", 1, cases=[unmeasured("failed", reason="boom")]))
    found = compare(runs, runs)
    assert finding(found, "outcome").note.startswith("flaky")
    assert found.exit_status == 0


def test_a_share_that_surely_fell_fails(side: Side) -> None:
    runs = (*side("b", 1, cases=[measured()]), *side("c", 9, cases=[unmeasured("failed", reason="boom")]))
    found = finding(compare(side("a", 10, cases=[measured()]), runs), "outcome")
    assert (found.verdict, found.gated) == ("missing", True)
    # Of C(20, 11) tables, C(10, 1) at either end are no likelier.
    assert found.p == pytest.approx(2 * 10 / 167960)


def test_a_case_new_in_the_candidate_is_noted(side: Side) -> None:
    found = compare(side("a", cases=[measured()]), side("b", cases=[measured(), measured(OTHER)]))
    assert any(OTHER in note for note in found.notes)
    assert found.exit_status == 0


def test_sides_without_a_common_case_are_unusable(side: Side) -> None:
    with pytest.raises(RecordError, match="no case in common"):
        compare(side("a", cases=[measured()]), side("b", cases=[measured(OTHER)]))


@pytest.mark.parametrize(
    ("environment", "key"), [({"cpu": "Another"}, "cpu"), ({"n_threads": 1}, "n_threads")]
)
def test_another_machine_is_incomparable_and_names_the_key(
    side: Side, environment: dict[str, Any], key: str
) -> None:
    found = compare(side("a"), side("b", environment=environment))
    refused = found.of("incomparable")[0]
    assert refused.note.startswith(f"{key} differs")
    assert found.exit_status == 2


def test_across_machines_exact_signals_and_quality_are_compared_but_no_times(side: Side) -> None:
    sides = side("a", wrong=(1, 1, 1, 1)), side("b", wrong=(1, 1, 1, 1), environment={"cpu": "Another"})
    found = compare(*sides, across=["machines"])
    metrics = {each.metric for each in found.findings}
    assert {"wer", "flops", "transcripts"} <= metrics
    assert not metrics & {"latency", "rtf", "memory"}
    assert any("not compared" in note for note in found.notes)


def test_a_gpus_power_limit_matters_to_cuda_cases_only(side: Side) -> None:
    on_gpu = "whisper-tiny-cuda-5s-b1-baseline"
    cases = [measured(), measured(on_gpu)]
    limits = [{"gpus": (Gpu("T4", power_limit_w=watts),)} for watts in (70, 60)]
    found = compare(
        *(side(name, cases=cases, environment=each) for name, each in zip("ab", limits, strict=True))
    )
    assert {each.case_id for each in found.of("incomparable")} == {on_gpu}
    assert finding(found, "latency", CASE).verdict == "unchanged"


@pytest.mark.parametrize("key", ["slice", "weights", "decoding"])
def test_other_fingerprints_are_incomparable(side: Side, key: str) -> None:
    fingerprints = Fingerprints(
        **{"slice": "s", "weights": "w", "normaliser": "n", "decoding": "d", key: "other"}
    )
    found = compare(side("a"), side("b", fingerprints=fingerprints))
    assert found.of("incomparable")[0].note.startswith(f"{key} differs")


def test_new_weights_are_compared_when_asked_for(side: Side) -> None:
    fingerprints = Fingerprints("s", "new", "n", "d")
    found = compare(side("a"), side("b", scale=1.3, fingerprints=fingerprints), across=["weights"])
    assert finding(found, "latency").verdict == "regression"


def test_another_normaliser_bars_error_rates_only(side: Side) -> None:
    fingerprints = Fingerprints("s", "w", "new", "d")
    found = compare(side("a", wrong=(1,) * 4), side("b", wrong=(1,) * 4, fingerprints=fingerprints))
    assert finding(found, "wer").verdict == "incomparable"
    assert "normaliser differs" in finding(found, "wer").note
    assert finding(found, "latency").verdict != "incomparable"


def test_a_run_on_both_sides_is_told(side: Side) -> None:
    runs = side("a")
    assert any(note.startswith("runs on both sides: 2") for note in compare(runs, runs[:2]).notes)
    assert not any("both sides" in note for note in compare(runs, side("b")).notes)


def test_software_that_only_the_candidate_has_is_shown(side: Side) -> None:
    found = compare(side("a"), side("b", environment={"versions": {"torch": "2.13.0", "flash": "2"}}))
    assert "flash: – against 2" in found.notes


def test_other_software_is_compared_and_shown(side: Side) -> None:
    found = compare(side("a"), side("b", environment={"versions": {"torch": "2.14.0"}}))
    assert "torch: 2.13.0 against 2.14.0" in found.notes


@pytest.mark.parametrize(("rules", "verdict"), [((), "inconclusive"), (("outcome>0%",), "missing")])
def test_a_rule_on_outcomes_needs_no_test_for_what_fell(
    side: Side, rules: tuple[str, ...], verdict: str
) -> None:
    flaky = (*side("b", n=4), *side("c", n=1, cases=[unmeasured("failed")]))
    found = compare(side("a", n=5), flaky, rules=tuple(map(parse_rule, rules)))
    assert finding(found, "outcome").verdict == verdict


def test_a_rule_on_outcomes_does_not_let_a_case_go_unselected(side: Side) -> None:
    sides = side("a", cases=[measured(), measured(OTHER)]), side("b", cases=[measured(OTHER)])
    assert compare(*sides, undecided="pass").exit_status == 0
    assert compare(*sides, rules=(parse_rule("outcome>0%"),), undecided="pass").exit_status == 1


def test_distributions_that_one_side_alone_loaded_are_told(side: Side) -> None:
    def loading(name: str, **versions: str) -> tuple[RunFile, ...]:
        code = CodeRecord(name, distributions=versions)
        return tuple(replace(run, block=replace(run.block, code=code)) for run in side(name))

    base, candidate = (
        loading("a", numpy="1.0", scipy="1.0", rich="14.0"),
        loading("b", numpy="2.0", jax="1.0"),
    )
    notes = compare(base, candidate).notes
    assert "numpy: 1.0 against 2.0" in notes
    assert "loaded by the base alone: scipy" in notes
    assert "loaded by the candidate alone: jax" in notes
    assert not [note for note in compare(base, side("c")).notes if "alone" in note]
