"""Error rates: identical transcripts end the question, else talks decide."""

from dataclasses import replace

import pytest

from asr_harness import stats
from asr_harness.judge.rules import parse_rule
from asr_harness.schema import ErrorCounts, Errors, Fingerprints
from tests.judge.conftest import Side
from tests.judge.judging import compare, finding
from tests.saved_runs import errors, measured

TALKS = tuple(f"talk{i // 4}" for i in range(32))


def test_identical_transcripts_end_the_question(side: Side) -> None:
    found = finding(compare(side("a", wrong=(1, 2, 1, 0)), side("b", wrong=(1, 2, 1, 0))), "wer")
    assert found.verdict == "unchanged"
    assert found.note == "transcripts identical"


def test_worse_in_every_talk_is_a_regression(side: Side) -> None:
    base, worse = (1, 0, 1, 2) * 8, (2, 2, 2, 3) * 7 + (2, 2, 3, 3)
    found = compare(side("a", 1, wrong=base, talks=TALKS), side("b", 1, wrong=worse, talks=TALKS))
    assert finding(found, "wer").verdict == "regression"
    assert finding(found, "wer").note == "over 8 talks"
    assert finding(found, "wer").effect == pytest.approx((sum(worse) - sum(base)) / 320)
    assert found.exit_status == 1


def test_one_ruined_talk_of_eight_is_not_called_significant(side: Side) -> None:
    base = (1,) * 32
    worse = (9,) * 4 + (1,) * 28
    found = finding(
        compare(side("a", 1, wrong=base, talks=TALKS), side("b", 1, wrong=worse, talks=TALKS)), "wer"
    )
    assert found.verdict == "inconclusive"
    assert "talks would decide" in found.note


def test_significant_but_below_the_tolerance_is_no_regression(side: Side) -> None:
    base = (1,) * 400
    worse = tuple(2 if i % 40 == 0 else 1 for i in range(400))
    talks = tuple(f"talk{i // 40}" for i in range(400))
    sides = side("a", 1, wrong=base, talks=talks), side("b", 1, wrong=worse, talks=talks)
    assert finding(compare(*sides), "wer").verdict == "unchanged"
    assert finding(compare(*sides, rules=[parse_rule("wer>0.1pt")]), "wer").verdict == "regression"


def test_with_one_talk_utterances_are_the_unit_and_it_is_said(side: Side) -> None:
    talks = ("only",) * 32
    sides = side("a", 1, wrong=(1, 0) * 16, talks=talks), side("b", 1, wrong=(3, 1) * 16, talks=talks)
    found = finding(compare(*sides), "wer")
    assert found.verdict == "regression"
    assert found.details["unit"] == "utterances"
    assert "one talk" in found.note


@pytest.mark.parametrize(
    ("n_utterances", "verdict"), [(2, "inconclusive"), (6, "inconclusive"), (7, "regression")]
)
def test_utterances_that_got_worse_by_exactly_as_much_are_as_good_as_tosses_of_a_coin(
    side: Side, n_utterances: int, verdict: str
) -> None:
    talks = ("only",) * n_utterances
    sides = (side(name, 1, wrong=(n,) * n_utterances, talks=talks) for name, n in (("a", 1), ("b", 2)))
    found = finding(compare(*sides), "wer")
    # Nine tenths of the level are for a rise: half of the two-sided p value, over 0.9.
    assert found.p == pytest.approx(2.0**-n_utterances / 0.9)
    assert found.verdict == verdict


def test_two_talks_that_agree_to_the_word_are_no_proof(side: Side) -> None:
    talks = ("a", "a", "b", "b")
    sides = side("a", 1, wrong=(1, 1, 1, 1), talks=talks), side("b", 1, wrong=(2, 1, 2, 1), talks=talks)
    assert finding(compare(*sides), "wer").verdict == "inconclusive"


def test_could_see_is_what_talks_show_nine_times_in_ten(side: Side) -> None:
    worse = (1,) * 28 + (2, 2, 2, 1)
    sides = side("a", 1, wrong=(1,) * 32, talks=TALKS), side("b", 1, wrong=worse, talks=TALKS)
    found = finding(compare(*sides), "wer")
    # Seven talks of 40 words as they were, one with 3 errors more: rates that deviate by 7.5 / √8 points.
    # There is no other test, CER only informs; nine tenths of the level are for a rise.
    expected = stats.minimum_detectable_paired_effect(0.075 / 8**0.5, 8, alpha=2 * 0.9 * 0.01)
    assert found.mde == pytest.approx(expected)
    assert (found.mde or 0) > (found.high or 0) - (found.effect or 0)


@pytest.mark.parametrize("n_talks", [1, 2])
def test_units_that_change_alike_need_as_many_as_coins_that_fall_alike(side: Side, n_talks: int) -> None:
    talks = tuple(f"talk{i % n_talks}" for i in range(4))
    sides = (side(name, 1, wrong=(n,) * 4, talks=talks) for name, n in (("a", 1), ("b", 2)))
    note = finding(compare(*sides), "wer").note
    # 2⁻⁷ / 0.9 is the first p value below 1 %.
    assert note.endswith("about 7 utterances would decide")
    assert ("one talk" in note) == (n_talks == 1)


def test_an_utterance_that_has_no_words_to_hear_has_no_part_in_the_bootstrap(side: Side) -> None:
    talks = ("only",) * 3
    sides = []
    for name, n in (("a", 1), ("b", 2)):
        # Nothing was said in the first, and one word was heard; ten words in the others, n of them wrong.
        counts = ErrorCounts((0, 10 - n, 10 - n), (0, n, n), (0, 0, 0), (1, 0, 0))
        sides.append(side(name, 1, wrong=(1, n, n), talks=talks, errors=Errors(counts, counts)))
    details = finding(compare(*sides), "wer").details
    assert details["bootstrap_low"] == details["bootstrap_high"] == pytest.approx(0.1)


def test_other_tests_stand_beside_the_verdict_under_their_names(side: Side) -> None:
    sides = (
        side("a", 1, wrong=(1, 0) * 16, talks=TALKS),
        side("b", 1, wrong=(2, 0) * 15 + (1, 0), talks=TALKS),
    )
    details = finding(compare(*sides), "wer").details
    assert details["mapsswe_segments"] == 16
    assert details["mapsswe_z"] == pytest.approx(15)
    assert details["probability_of_improvement"] == 0.0
    assert details["bootstrap_low"] <= 15 / 320 <= details["bootstrap_high"]


def test_an_error_rate_that_the_candidate_no_longer_tells_is_missing(side: Side) -> None:
    found = compare(side("a", wrong=(1, 1, 1, 1)), side("b"))
    assert finding(found, "wer").verdict == "missing"
    assert found.exit_status == 1


def test_a_run_without_errors_does_not_hide_those_of_the_others(side: Side) -> None:
    candidate = (*side("b", wrong=(9, 9, 9, 8)), *side("c", 1))
    assert finding(compare(side("a", wrong=(1, 1, 1, 1)), candidate), "wer").effect == pytest.approx(0.775)


def slices(side: Side, name: str, wrong: dict[str, tuple[int, ...]]) -> tuple:
    """A run of cases, each of its own slice but for the batch size, of eight talks."""
    cases = [
        measured(
            case_id,
            wrong=each,
            talks=TALKS,
            fingerprints=Fingerprints(case_id.split("-")[2], "w", "n", "d"),
        )
        for case_id, each in wrong.items()
    ]
    return side(name, 1, cases=cases)


BASE, WORSE = (1, 0, 1, 2) * 8, (2, 0, 2, 2) * 4 + (2, 0, 1, 2) * 4


def test_slices_of_a_model_are_pooled_in_a_row_of_their_own(side: Side) -> None:
    names = ("tiny-cpu-5s-b1-baseline", "tiny-cpu-15s-b1-baseline")
    found = compare(
        slices(side, "a", dict.fromkeys(names, BASE)),
        slices(side, "b", {names[0]: WORSE, names[1]: BASE}),
    )
    row = finding(found, "wer", "tiny-cpu-*-baseline")
    # 12 errors more in 320 words of one slice, none in the other.
    assert row.effect == pytest.approx(12 / 640)
    assert row.note == "over 8 talks"
    assert finding(found, "wer", names[1]).note == "transcripts identical"


def test_repeating_a_slice_in_other_batch_sizes_changes_no_test(side: Side) -> None:
    few = [f"tiny-cpu-{bucket}-b1-baseline" for bucket in ("5s", "15s")]
    many = [f"tiny-cpu-{bucket}-b{size}-baseline" for bucket in ("5s", "15s") for size in (1, 4, 8)]
    rows = [
        finding(
            compare(
                slices(side, "a", dict.fromkeys(each, BASE)), slices(side, "b", dict.fromkeys(each, WORSE))
            ),
            metric,
            case_id,
        )
        for each in (few, many)
        for metric, case_id in (("wer", "tiny-cpu-*-baseline"), ("wer", few[0]))
    ]
    assert (rows[0].p, rows[1].p) == (rows[2].p, rows[3].p)


@pytest.mark.parametrize(
    ("rules", "gated"),
    [((), (True, False)), (("wer>20pt",), (True, False)), (("cer>20pt",), (False, True))],
)
def test_cer_informs_unless_a_rule_names_it(side: Side, rules: tuple, gated: tuple) -> None:
    sides = side("a", 1, wrong=BASE, talks=TALKS), side("b", 1, wrong=WORSE, talks=TALKS)
    found = compare(*sides, rules=[parse_rule(rule) for rule in rules])
    assert (finding(found, "wer").gated, finding(found, "cer").gated) == gated


def test_cer_decides_where_no_spaces_divide_words(side: Side) -> None:
    base, worse = (
        side(name, 1, wrong=wrong, talks=TALKS, errors=replace(errors(wrong), by_character=True))
        for name, wrong in (("a", BASE), ("b", WORSE))
    )
    found = compare(base, worse)
    assert finding(found, "cer").verdict == "regression"
    assert finding(found, "cer").gated
    assert found.exit_status == 1
    assert "wer" not in {one.metric for one in found.findings}


def test_a_fall_has_to_be_shown_at_a_tenth_of_the_level(side: Side) -> None:
    sides = side("a", 1, wrong=BASE, talks=TALKS), side("b", 1, wrong=WORSE, talks=TALKS)
    rise, fall = finding(compare(*sides), "wer"), finding(compare(*reversed(sides)), "wer")
    assert fall.p == pytest.approx(9 * (rise.p or 0))


def test_substitutions_deletions_and_insertions_are_kept_apart(side: Side) -> None:
    sides = side("a", 1, wrong=BASE, talks=TALKS), side("b", 1, wrong=WORSE, talks=TALKS)
    details = finding(compare(*sides), "wer").details
    assert (details["substitutions_base"], details["substitutions_candidate"]) == (32, 44)
    assert details["deletions_candidate"] == details["insertions_candidate"] == 0


def test_dummy_weights_have_no_error_rate_to_judge(side: Side) -> None:
    assert "wer" not in {each.metric for each in compare(side("a"), side("b")).findings}


@pytest.mark.parametrize(("rules", "gated"), [((), None), (("wer_raw>1pt",), True)])
def test_raw_words_are_judged_where_a_rule_names_them_alone(
    side: Side, rules: tuple[str, ...], gated: bool | None
) -> None:
    sides = side("a", 1, wrong=BASE, talks=TALKS), side("b", 1, wrong=WORSE, talks=TALKS)
    judgement = compare(*sides, rules=[parse_rule(rule) for rule in rules])
    raw = next((each for each in judgement.findings if each.metric == "wer_raw"), None)
    assert (raw and raw.gated) == gated
