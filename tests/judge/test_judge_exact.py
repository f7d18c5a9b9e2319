"""Deterministic signals need no statistics, and explain a change in time where they can."""

import re
from typing import Any

import pytest

from asr_harness.judge.rules import parse_rule
from tests.judge.conftest import Side
from tests.judge.judging import compare, finding


def test_more_flops_are_a_regression_with_a_single_run(side: Side) -> None:
    found = compare(side("a", 1), side("b", 1, flops={"encode": 1.1e9, "decode": 1e9}))
    assert finding(found, "flops").verdict == "regression"
    assert finding(found, "flops").effect == pytest.approx(0.05)
    assert found.exit_status == 1


def test_flops_that_the_candidate_no_longer_tells_are_missing(side: Side) -> None:
    found = compare(side("a", 1), side("b", 1, flops=None))
    assert finding(found, "flops").verdict == "missing"
    assert found.exit_status == 1


def test_flops_that_only_the_candidate_tells_inform(side: Side) -> None:
    assert not finding(compare(side("a", 1, flops=None), side("b", 1)), "flops").gated


def test_a_run_without_counts_does_not_hide_those_of_the_others(side: Side) -> None:
    more = {"encode": 2e9, "decode": 1e9}
    base = (*side("a", 2), *side("c", 1, flops=None))
    assert finding(compare(base, side("b", 2, flops=more)), "flops").verdict == "regression"


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [((2.1, 2.2), "regression"), ((1.9, 2.1), "inconclusive"), ((1.9, 2.0), "unchanged")],
)
def test_flops_that_differ_between_runs_are_held_against_the_most_of_the_base(
    side: Side, counts: tuple[float, float], verdict: str
) -> None:
    candidate = [side(f"b{i}", 1, flops={"encode": count * 1e9})[0] for i, count in enumerate(counts)]
    base = [side(f"a{i}", 1, flops={"encode": count * 1e9})[0] for i, count in enumerate((1.8, 2.0))]
    found = finding(compare(base, candidate), "flops")
    assert (found.verdict, found.gated) == (verdict, True)
    assert found.note == "flops differ between runs of the same side"


def counted(step: float = 4e6, encode: float = 7e9, n_steps: int = 100) -> dict[str, Any]:
    return {
        "flops": {"encode": 8 * encode, "decode": 8 * 3e8 + n_steps * step},
        "flops_by_kind": {"encode": 8 * encode, "prompt": 8 * 3e8, "step": n_steps * step},
        "n_passes": {"encode": 8, "prompt": 8, "step": n_steps},
        "n_tokens": n_steps,
    }


def test_more_words_are_no_more_flops_per_pass(side: Side) -> None:
    found = finding(compare(side("a", 1, **counted()), side("b", 1, **counted(4.01e6, n_steps=110))), "flops")
    assert (found.verdict, found.effect) == ("unchanged", 0.0)
    assert "per pass (encode +0.0%, prompt +0.0%)" in found.note


def test_a_dearer_encoder_is_seen_behind_fewer_words(side: Side) -> None:
    sides = side("a", 1, **counted(n_steps=1000)), side("b", 1, **counted(encode=7.1e9, n_steps=100))
    found = finding(compare(*sides), "flops")
    assert (found.verdict, found.effect) == ("regression", pytest.approx(0.1 / 7))
    assert compare(*sides).exit_status == 1


def test_a_dearer_step_is_a_regression_where_the_same_words_were_decoded(side: Side) -> None:
    found = finding(compare(side("a", 1, **counted()), side("b", 1, **counted(4.1e6))), "flops")
    assert found.verdict == "regression"


def test_without_counts_by_kind_other_words_leave_flops_undecided_and_ungated(side: Side) -> None:
    sides = side("a", 1, n_tokens=100), side("b", 1, n_tokens=90, flops={"encode": 2e9, "decode": 1e9})
    found = finding(compare(*sides), "flops")
    assert not found.gated


def test_changed_transcripts_are_counted(side: Side) -> None:
    found = finding(
        compare(side("a", 1, wrong=(0, 1, 2, 3)), side("b", 1, wrong=(0, 1, 3, 3))), "transcripts"
    )
    changed, where = found.note.split("; ")
    assert changed == "1 of 4 transcripts changed"
    assert re.fullmatch(r"\S+: “.*” → “.*”", where)


def test_transcripts_that_differ_within_a_side_are_told_apart(side: Side) -> None:
    runs = (*side("b", 1, hypotheses=["x"] * 4), *side("c", 1, hypotheses=["y"] * 4))
    assert "between runs" in finding(compare(side("a", 2), runs), "transcripts").note


def test_a_slow_down_by_more_tokens_is_explained(side: Side) -> None:
    base = side("a", noise=0, n_tokens=50, decode_share=0.6)
    candidate = side("b", noise=0, scale=1.12, n_tokens=60, decode_share=0.6 * 1.2 / 1.12)
    note = finding(compare(base, candidate), "latency").note
    assert "+20.0% tokens account for +12.0% of +12.0%" in note
    assert "time per token +0.0%" in note


def test_the_same_tokens_explain_nothing(side: Side) -> None:
    assert "tokens" not in finding(compare(side("a"), side("b", scale=1.2)), "latency").note


@pytest.mark.parametrize(("rule", "status"), [("transcripts>0%", 1), ("transcripts>25%", 0)])
def test_a_rule_limits_the_share_of_transcripts_that_changed(side: Side, rule: str, status: int) -> None:
    before, after = ("a", "b", "c", "d"), ("a", "b", "c", "x")
    sides = (side(name, hypotheses=texts) for name, texts in (("a", before), ("b", after)))
    found = compare(*sides, rules=(parse_rule(rule),), undecided="pass")
    assert finding(found, "transcripts").effect == 0.25
    assert found.exit_status == status


@pytest.mark.parametrize("key", ["tokens", "operators", "calls"])
def test_a_rule_gates_a_count_that_is_exact(side: Side, key: str) -> None:
    more = {
        "tokens": {"n_tokens": 41},
        "operators": {"operators": {"encode": 400}},
        "calls": {"calls": {"encode": 13}},
    }[key]
    sides = side("a"), side("b", **more)
    assert compare(*sides, undecided="pass").exit_status == 0
    assert compare(*sides, rules=(parse_rule(f"{key}>0%"),), undecided="pass").exit_status == 1


def test_a_rule_on_transcripts_that_the_candidate_does_not_keep_fails(side: Side) -> None:
    found = compare(side("a"), side("b", hypotheses=None), rules=(parse_rule("transcripts>0%"),))
    assert (finding(found, "transcripts").verdict, found.exit_status) == ("missing", 1)
