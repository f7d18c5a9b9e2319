from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from asr_harness.data.buckets import Stretch
from asr_harness.data.selection import select


def stretch(talk: str, number: int, speaker: str = "speaker", folder: str = "a") -> Stretch:
    return Stretch(talk, speaker, Path(folder) / f"{talk}.sph", number, number + 5, "words")


STRETCHES = tuple(stretch(talk, i) for talk, n in (("one", 9), ("two", 3), ("three", 6)) for i in range(n))


@given(st.permutations(STRETCHES), st.integers(0, 20))
def test_the_order_found_plays_no_part(stretches: list[Stretch], n: int) -> None:
    assert select(stretches, n, seed=0) == select(STRETCHES, n, seed=0)


@given(st.integers(0, 20), st.integers(0, 20), st.integers())
def test_a_larger_selection_begins_with_every_smaller_one(n: int, more: int, seed: int) -> None:
    assert select(STRETCHES, n + more, seed)[:n] == select(STRETCHES, n, seed)


def test_talks_are_taken_in_turn() -> None:
    taken = select(STRETCHES, 9, seed=3)
    assert Counter(item.talk for item in taken) == {"one": 3, "two": 3, "three": 3}


def test_within_a_talk_speakers_are_taken_in_turn() -> None:
    stretches = [stretch("talk", i, speaker="host" if i < 8 else "guest") for i in range(10)]
    assert Counter(item.speaker for item in select(stretches, 4, seed=0)) == {"host": 2, "guest": 2}


def test_another_seed_selects_others() -> None:
    assert select(STRETCHES, 6, seed=0) != select(STRETCHES, 6, seed=1)


def test_where_the_corpus_lies_plays_no_part() -> None:
    moved = [stretch(item.talk, round(item.start_s), folder="elsewhere") for item in STRETCHES]
    chosen = [item.id for item in select(moved, 7, seed=0)]
    assert chosen == [item.id for item in select(STRETCHES, 7, seed=0)]


def test_the_order_is_the_same_on_every_machine() -> None:
    assert [item.id for item in select(STRETCHES, 3, seed=0)] == [
        "two-0000000-0005000",
        "three-0004000-0009000",
        "one-0005000-0010000",
    ]


def test_all_are_taken_where_no_number_is_given() -> None:
    assert set(select(STRETCHES, None, seed=0)) == set(STRETCHES)
