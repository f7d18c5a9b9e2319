"""One utterance gone wrong is red, and named with its text before and after."""

import pytest

from asr_harness.judge.judge_utterances import compression, is_loop
from asr_harness.schema import ErrorCounts, Errors
from tests.judge.conftest import Side
from tests.judge.judging import compare, finding

SAID = "we measure the pace of every round and write it down at once"
LOOP = f"{SAID} {'thank you ' * 20}".strip()


def errors(
    substituted: int = 0, deleted: int = 0, inserted: int = 0, n: int = 13, n_quiet: int = 0
) -> Errors:
    """Errors of one utterance of `n` words, and of `n_quiet` without any."""
    quiet = (0,) * n_quiet
    counts = ErrorCounts(
        (n - substituted - deleted, *quiet), (substituted, *quiet), (deleted, *quiet), (inserted, *quiet)
    )
    return Errors(counts, counts)


def sides(side: Side, before: str, after: str, *counts: Errors) -> tuple:
    scored = counts or (None, None)
    return tuple(
        side(name, 1, talks=("one",), hypotheses=(text,), errors=each)
        for name, text, each in zip("ab", (before, after), scored, strict=True)
    )


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (SAID, LOOP, "a loop of 53 words"),
        (SAID, " ".join(f"{i * 7919 % 10007:x}" for i in range(1, 81)), "80 words in 5.0 s"),
        (SAID, "", "no answer to speech"),
    ],
)
def test_an_utterance_gone_wrong_is_named_with_both_texts(
    side: Side, before: str, after: str, what: str
) -> None:
    found = compare(*sides(side, before, after), undecided="pass")
    utterances = finding(found, "utterances")
    assert utterances.verdict == "regression"
    assert utterances.note.startswith(f"u0: {what}: “{before}” → “")
    assert found.exit_status == 1


def test_what_the_base_does_too_is_no_regression(side: Side) -> None:
    for text in (LOOP, ""):
        found = compare(*sides(side, text, text))
        assert "utterances" not in {each.metric for each in found.findings}


def test_a_loop_that_is_gone_is_none(side: Side) -> None:
    assert "utterances" not in {each.metric for each in compare(*sides(side, LOOP, SAID)).findings}


def test_words_left_out_are_named(side: Side) -> None:
    found = compare(*sides(side, SAID, "we measure", errors(1), errors(deleted=11)))
    assert "11 of 13 words left out" in finding(found, "utterances").note


def test_words_on_silence_are_named(side: Side) -> None:
    found = compare(*sides(side, "", "you", errors(n=0), errors(n=0, inserted=1)))
    assert "words on silence" in finding(found, "utterances").note


def test_errors_that_turn_into_deletions_are_red_though_their_number_is_the_same(side: Side) -> None:
    quiet = errors(14, 3, 3, n=400), errors(0, 20, 0, n=400)
    found = finding(compare(*sides(side, SAID, f"{SAID} now", *quiet)), "utterances")
    assert found.note == ("errors turned into deletions: substituted 14 → 0, deleted 3 → 20, inserted 3 → 0")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("la " * 12, True),
        ("la " * 11, False),
        ("a b c d " * 4, True),
        ("a b c d " * 3, False),
        ("no no no no i will not go there no no no", False),
        (SAID, False),
    ],
)
def test_a_loop_is_a_phrase_that_follows_itself(text: str, expected: bool) -> None:
    assert is_loop(text) is expected


def test_compression_is_bytes_over_zlibs() -> None:
    assert compression("") == 0.0
    assert compression("a" * 1000) > 50
    assert compression(SAID) < 1.1
