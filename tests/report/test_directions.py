"""Which directions pay, by prices made by hand; the prices themselves are tested in tests/judge."""

from dataclasses import replace

import pytest

from asr_harness.judge.price import Price
from asr_harness.judge.price_changes import Change
from asr_harness.report.claims.voting import Result
from asr_harness.report.directions import directions, rule
from asr_harness.report.page.advising import advice_section
from asr_harness.report.price import changes_in_words, lines

FASTER = Change(1.0, 0.7, -0.3, -0.35, -0.25, is_shown=True)
ALIKE = Change(1.0, 1.0, 0.0, -0.01, 0.01, is_shown=False)
VAGUE = Change(1.0, 0.9, -0.1, -0.4, 0.2, is_shown=False)
SAME_WORDS = Change(0.1, 0.1, 0.0, -0.005, 0.005, is_shown=False)
WORSE = Change(0.1, 0.2, 0.1, 0.05, 0.15, is_shown=True)
LARGER = Change(1.0, 1.3, 0.3, 0.25, 0.35, is_shown=True)
FEW_SESSIONS = Change(1.0, 0.9, -0.1, -0.995, 11.0, is_shown=False)
FEW_TALKS = Change(0.1, 0.9, 0.8, -8.0, 9.6, is_shown=False)
OPEN = Change(0.1, 0.11, 0.01, -0.02, 0.04, is_shown=False)


def priced(latency: Change, wer: Change, n_runs: int = 6, *, is_dummy: bool = False) -> Price:
    changes = dict.fromkeys(("energy", "memory", "flops", "rtf"), Change(reason="unmeasured"))
    return Price("m", "cpu", "prune50", n_runs, 2, changes | {"latency": latency, "wer": wer}, is_dummy)


def with_memory(
    latency: Change, memory: Change, wer: Change = SAME_WORDS, *, is_dummy: bool = False
) -> Price:
    one = priced(latency, wer, is_dummy=is_dummy)
    return replace(one, changes={**one.changes, "memory": memory})


def with_flops(latency: Change, effect: float) -> Price:
    one = priced(latency, SAME_WORDS)
    counted = Change(1.0, 1.0 + effect, effect, effect, effect, is_shown=True)
    return replace(one, changes={**one.changes, "flops": counted})


@pytest.mark.parametrize(
    ("one", "answer"),
    [
        (priced(FASTER, SAME_WORDS), "holds"),
        (priced(FASTER, WORSE), "does not hold"),
        (with_memory(FASTER, LARGER), "does not hold"),
        (with_memory(FASTER, ALIKE), "holds"),
        (with_memory(FASTER, VAGUE), "cannot be told"),
        (with_memory(VAGUE, FASTER), "cannot be told"),
        (with_memory(FASTER, LARGER, FEW_TALKS), "does not hold"),
        (with_memory(FASTER, LARGER, Change(reason="dummy weights"), is_dummy=True), "cannot be told"),
        (priced(ALIKE, SAME_WORDS), "does not hold"),
        (with_flops(ALIKE, -0.0004), "does not hold"),
        (with_flops(ALIKE, -0.3), "holds"),
        (priced(VAGUE, SAME_WORDS), "cannot be told"),
        (priced(FASTER, OPEN), "cannot be told"),
        (priced(FASTER, Change(reason="dummy weights"), is_dummy=True), "cannot be told"),
        (priced(Change(1.0, 0.7, -0.3), SAME_WORDS, n_runs=1), "cannot be told"),
    ],
)
def test_it_pays_only_where_a_gain_is_shown_and_harm_to_words_excluded(one: Price, answer: Result) -> None:
    (direction,) = directions([one])
    assert direction.answer == answer


@pytest.mark.parametrize(
    ("latency", "memory", "sentence"),
    [
        (LARGER, FASTER, "prune50 trades latency for memory: latency +30% (+25% to +35%, shown); "),
        (FASTER, LARGER, "prune50 trades memory for latency: "),
        (FASTER, FASTER, "prune50 pays: "),
    ],
)
def test_what_falls_while_another_rises_is_a_trade(latency: Change, memory: Change, sentence: str) -> None:
    prices = [with_memory(ALIKE, ALIKE), with_memory(latency, memory)]
    assert sentence in " ".join(" ".join(lines(prices, 0.01, 200)).split())


@pytest.mark.parametrize(
    ("latency", "wer", "words"),
    [
        (FEW_SESSIONS, SAME_WORDS, "latency -10% (not bounded: too few sessions)"),
        (ALIKE, FEW_TALKS, "WER +80.0pt (not bounded: too few talks)"),
        (ALIKE, OPEN, "WER +1.0pt (-2.0pt to +4.0pt, not shown)"),
    ],
)
def test_an_interval_that_knows_nothing_is_called_one(latency: Change, wer: Change, words: str) -> None:
    assert words in changes_in_words(priced(latency, wer))


def test_what_could_not_run_is_no_claim() -> None:
    assert directions([Price("m", "cpu", "flash", 0, 0, {}, reason="unavailable")]) == ()


def test_the_page_states_the_rule_and_the_numbers() -> None:
    section = advice_section((), directions([priced(FASTER, SAME_WORDS)]))
    assert "above 1 points" in rule()
    assert rule() in section
    assert "latency -30% (-35% to -25%, shown)" in section
    assert "Directions" not in advice_section(())
