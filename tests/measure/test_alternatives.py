from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.measure import alternatives
from asr_harness.measure.alternatives import closest
from asr_harness.measure.error_rate import count_words, score, utterance_errors
from asr_harness.schema import ErrorCounts


def readings(reference: str) -> list[str]:
    """List what is tried, in its order."""
    tried: list[str] = []

    def distance(text: str) -> tuple[int]:
        tried.append(text)
        return (0,)

    chosen = closest(reference, distance)
    return tried or [chosen]


@pytest.mark.parametrize(
    ("reference", "texts"),
    [
        ("we are { going to / gonna } see", ["we are going to see", "we are gonna see"]),
        ("{ a / b } { c / d }", ["a c", "a d", "b c", "b d"]),
        ("{ uh / @ } yes", ["uh yes", "yes"]),
        ("{ a / { b / c } d }", ["a", "b d", "c d"]),
        ("{going to / gonna}", ["going to", "gonna"]),
        ("{ a / }", ["a", ""]),
        ("{ a / b / a }", ["a", "b"]),
        ("{NOISE} well { a / b }", ["{NOISE} well a", "{NOISE} well b"]),
        ("{ NOISE }", ["{ NOISE }"]),
        ("{ and/or }", ["{ and/or }"]),
        ("a / b", ["a / b"]),
        ("{ a / b", ["{ a / b"]),
        ("a / b }", ["a / b }"]),
        ("{ { a / b }", ["{ a", "{ b"]),
        ("  as  it is ", ["  as  it is "]),
    ],
)
def test_the_readings_of_a_reference(reference: str, texts: list[str]) -> None:
    assert readings(reference) == texts


@pytest.mark.parametrize("heard", ["we are going to see", "We are gonna see."])
def test_either_of_two_alternatives_is_right(heard: str) -> None:
    found = utterance_errors("we are { going to / gonna } see", heard)
    assert (found.words.n_errors, found.characters.n_errors) == (0, 0)
    assert found.alignment == "C" * found.words.hits


NO_ERROR_IN_4 = ErrorCounts(hits=(4,), substitutions=(0,), deletions=(0,), insertions=(0,))


def test_the_raw_rate_knows_alternatives_too() -> None:
    assert score(["we are { going to / gonna } see"], ["we are gonna see"]).raw_words == NO_ERROR_IN_4


def test_what_is_neither_is_counted_against_the_nearer() -> None:
    # "going two" differs from "going to" in one word, from "gonna" in two
    assert utterance_errors("{ gonna / going to } see", "going two see").words.n_errors == 1


def test_equal_alternatives_give_the_first_and_its_length() -> None:
    assert utterance_errors("{ one two / three }", "").words.n_reference == 1
    assert utterance_errors("{ b / c }", "a").characters.substitutions == 1


def test_many_groups_are_chosen_one_after_another_and_still_all_right() -> None:
    reference = " ".join("{ yes / no }" for _ in range(40))
    heard = " ".join("yes" if i % 3 else "no" for i in range(40))
    assert utterance_errors(reference, heard).words.n_errors == 0


def test_a_group_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    nested = "{ " + " / ".join(" ".join("{ a / b }" for _ in range(12)) for _ in range(3)) + " }"
    assert len(readings(nested)) == alternatives.MAX_PER_GROUP


words = st.lists(st.sampled_from("abc"), max_size=2).map(" ".join)
groups = st.lists(st.tuples(words, words), min_size=1, max_size=4)


@given(groups, st.lists(st.sampled_from("abc"), max_size=6).map(" ".join))
def test_the_errors_are_the_least_over_all_readings(made: list[tuple[str, str]], heard: str) -> None:
    reference = " ".join(f"{{ {a or '@'} / {b or '@'} }}" for a, b in made)
    least = min(count_words(" ".join(reading), heard).n_errors for reading in product(*made))
    assert utterance_errors(reference, heard, "builtins:str").words.n_errors == least


def test_groups_nested_without_end_are_read() -> None:
    utterance_errors("{ a / " * 5000 + "b" + " }" * 5000, "b")


@given(st.text("ab {}/@", max_size=30))
def test_any_text_has_a_reading(reference: str) -> None:
    assert utterance_errors(reference, "a b").words.n_errors >= 0
