from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from asr_harness.corpora.base import Segment
from asr_harness.corpora.slices.selection import select


def segment(talk: str, number: int, speaker: str = "speaker", folder: str = "a") -> Segment:
    return Segment(talk, speaker, Path(folder) / f"{talk}.sph", number, number + 5, "words")


SEGMENTS = tuple(segment(talk, i) for talk, n in (("one", 9), ("two", 3), ("three", 6)) for i in range(n))


@given(st.permutations(SEGMENTS), st.integers(0, 20))
def test_the_order_found_plays_no_part(segments: list[Segment], n: int) -> None:
    assert select(segments, n, seed=0) == select(SEGMENTS, n, seed=0)


@given(st.integers(0, 20), st.integers(0, 20), st.integers())
def test_a_larger_selection_begins_with_every_smaller_one(n: int, more: int, seed: int) -> None:
    assert select(SEGMENTS, n + more, seed)[:n] == select(SEGMENTS, n, seed)


def test_talks_are_taken_in_turn() -> None:
    taken = select(SEGMENTS, 9, seed=3)
    assert Counter(item.talk for item in taken) == {"one": 3, "two": 3, "three": 3}


def test_within_a_talk_speakers_are_taken_in_turn() -> None:
    segments = [segment("talk", i, speaker="host" if i < 8 else "guest") for i in range(10)]
    assert Counter(item.speaker for item in select(segments, 4, seed=0)) == {"host": 2, "guest": 2}


def test_another_seed_selects_others() -> None:
    assert select(SEGMENTS, 6, seed=0) != select(SEGMENTS, 6, seed=1)


def test_where_the_corpus_lies_plays_no_part() -> None:
    moved = [segment(item.talk, round(item.start_s), folder="elsewhere") for item in SEGMENTS]
    chosen = [item.id for item in select(moved, 7, seed=0)]
    assert chosen == [item.id for item in select(SEGMENTS, 7, seed=0)]


def test_the_order_is_the_same_on_every_machine() -> None:
    assert [item.id for item in select(SEGMENTS, 3, seed=0)] == [
        "two-0000000-0005000",
        "three-0004000-0009000",
        "one-0005000-0010000",
    ]


def test_all_are_taken_where_no_number_is_given() -> None:
    assert set(select(SEGMENTS, None, seed=0)) == set(SEGMENTS)
