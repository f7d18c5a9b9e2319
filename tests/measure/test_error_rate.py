from itertools import product

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.measure.error_rate import (
    Alignment,
    count_characters,
    count_words,
    pool,
    rate,
    score,
    utterance_errors,
)
from asr_harness.metrics.base import pooled_rate
from asr_harness.schema import ErrorCounts


@pytest.mark.parametrize(
    ("reference", "hypothesis", "errors"),
    [
        ("a b c", "a b c", Alignment(hits=3)),
        ("a b c", "a x c", Alignment(hits=2, substitutions=1)),
        ("a b c", "a c", Alignment(hits=2, deletions=1)),
        ("a b", "a b c", Alignment(hits=2, insertions=1)),
        ("a b", "", Alignment(deletions=2)),
        ("", "a", Alignment(insertions=1)),
        ("", "a b", Alignment(insertions=2)),
        ("", "", Alignment()),
        ("  a   b ", "a b", Alignment(hits=2)),
    ],
)
def test_words_are_counted_by_hand_as_here(reference: str, hypothesis: str, errors: Alignment) -> None:
    assert count_words(reference, hypothesis) == errors


@pytest.mark.parametrize(
    ("reference", "hypothesis", "errors"),
    [
        ("abc", "axc", Alignment(hits=2, substitutions=1)),
        ("a b", "ab", Alignment(hits=2, deletions=1)),
        ("a  b", "a b", Alignment(hits=3)),
        ("", "a b", Alignment(insertions=3)),
        ("", "", Alignment()),
    ],
)
def test_characters_are_counted_spaces_among_them(reference: str, hypothesis: str, errors: Alignment) -> None:
    assert count_characters(reference, hypothesis) == errors


def test_an_empty_reference_has_no_rate_and_its_insertions_are_counted() -> None:
    errors = pool([count_words("", "a b"), count_words("", "c")])
    assert (rate(errors), errors.insertions, errors.n_reference) == (None, 3, 0)


def test_insertions_against_an_empty_reference_count_in_the_pool() -> None:
    assert rate(pool([count_words("a b c d", "a b c d"), count_words("", "x")])) == 0.25


def test_the_pool_is_errors_over_words_and_no_mean_of_rates() -> None:
    one, nine = count_words("a", "x"), count_words("b c d e f g h i j", "b c d e f g h i j")
    assert rate(pool([one, nine])) == pytest.approx(0.1)


def test_nothing_pooled_has_no_rate() -> None:
    assert rate(pool([])) is None


@pytest.mark.parametrize(
    ("reference", "hypothesis", "wer", "wer_raw"),
    [
        ("it 's a test", "It's a test.", 0.0, 3 / 4),
        ("it 's a test", "IT IS A TEST", 0.0, 1 / 4),
        ("{NOISE} and so (2)", "and so", 0.0, 2 / 4),
        ("<unk> is on", "is on", 0.0, 1 / 3),
        ("nineteen eighties", "1980s", 0.0, 2 / 2),
        ("we don 't", "we do not", 0.0, 2 / 3),
        ("colour", "color", 0.0, 1.0),
        ("hello world", "HELLO WORLD", 0.0, 0.0),
        ("hello", "helo", 1.0, 1.0),
    ],
)
def test_wer_compares_what_was_said_and_wer_raw_what_was_written(
    reference: str, hypothesis: str, wer: float, wer_raw: float
) -> None:
    errors = score([reference], [hypothesis])
    assert errors.raw_words is not None
    assert pooled_rate([errors.words]) == wer
    assert pooled_rate([errors.raw_words]) == pytest.approx(wer_raw)


def test_the_reference_length_is_that_after_normalising() -> None:
    assert utterance_errors("the nineteen eighties", "x").words.n_reference == 2


def test_cer_is_over_normalised_characters() -> None:
    assert pooled_rate([score(["it 's on"], ["It is in!"]).characters]) == pytest.approx(1 / 8)


def test_scores_keep_the_counts_of_every_utterance_in_order() -> None:
    errors = score(["a b", "c"], ["a", "c d"])
    assert errors.words == ErrorCounts(hits=(1, 1), substitutions=(0, 0), deletions=(1, 0), insertions=(0, 1))
    assert errors.alignments == ("CD", "CI")


def test_a_reference_that_is_notation_alone_has_no_words_but_raw_ones() -> None:
    errors = score(["<unk>"], ["a"])
    assert errors.raw_words is not None
    assert (pooled_rate([errors.words]), pooled_rate([errors.raw_words])) == (None, 1.0)


def test_references_and_hypotheses_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        score(["a", "b"], ["a"])


@pytest.mark.parametrize(("reference", "insertions"), [("a", 0), ("", 1)])
def test_jiwers_own_rate_of_an_empty_reference_is_a_number_that_is_not_used(
    reference: str, insertions: int
) -> None:
    aligned = jiwer.process_words(reference, "a")
    assert (aligned.wer, aligned.insertions) == (float(insertions), insertions)
    assert rate(count_words(reference, "a")) == (None if insertions else 0.0)


def test_jiwers_rate_of_nothing_is_a_silent_zero_that_is_not_used() -> None:
    assert jiwer.wer([], []) == 0
    assert pooled_rate([score([], []).words]) is None


words = st.lists(st.sampled_from("abc"), max_size=6).map(" ".join)


@given(words, words)
def test_counts_add_up_to_both_texts(reference: str, hypothesis: str) -> None:
    errors = count_words(reference, hypothesis)
    assert errors.n_reference == len(reference.split())
    assert errors.hits + errors.substitutions + errors.insertions == len(hypothesis.split())


@given(words, words)
def test_errors_are_the_edit_distance(reference: str, hypothesis: str) -> None:
    assert count_words(reference, hypothesis).n_errors == distance(reference.split(), hypothesis.split())


def distance(reference: list[str], hypothesis: list[str]) -> int:
    """Levenshtein's, from its definition."""
    table = {(i, 0): i for i in range(len(reference) + 1)} | {(0, j): j for j in range(len(hypothesis) + 1)}
    for i, j in product(range(1, len(reference) + 1), range(1, len(hypothesis) + 1)):
        substituted = table[i - 1, j - 1] + (reference[i - 1] != hypothesis[j - 1])
        table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, substituted)
    return table[len(reference), len(hypothesis)]


@pytest.mark.parametrize(
    ("reference", "hypothesis", "steps"),
    [("a b c d", "a x c d e", "CSCCI"), ("", "a", "I"), ("a b", "", "DD"), ("a", "a", "C")],
)
def test_an_alignment_has_a_letter_for_each_step(reference: str, hypothesis: str, steps: str) -> None:
    errors = utterance_errors(reference, hypothesis)
    assert errors.alignment == steps
    counts = {letter: errors.alignment.count(letter) for letter in "CSDI"}
    words = errors.words
    assert (counts["C"], counts["S"], counts["D"], counts["I"]) == (
        words.hits,
        words.substitutions,
        words.deletions,
        words.insertions,
    )
