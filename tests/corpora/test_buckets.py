from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.corpora.base import Segment
from asr_harness.corpora.slices.buckets import BUCKETS_S, cut, parse_bucket
from asr_harness.errors import DataError
from tests.conftest import SPEECH


def segment(
    start_s: float, end_s: float, text: str = "word", *, scored: bool = True, talk: str = "talk"
) -> Segment:
    return Segment(talk, "speaker", Path(f"{talk}.sph"), start_s, end_s, text, scored)


def times(segments: list[Segment], low_s: float, high_s: float) -> list[tuple[float, float]]:
    return [(stretch.start_s, stretch.end_s) for stretch in cut(segments, (low_s, high_s))]


def test_the_default_buckets_are_the_studys() -> None:
    assert BUCKETS_S == {"5s": (3, 7), "15s": (10, 20), "30s": (25, 40), "60s": (50, 75)}


def test_limits_are_inclusive() -> None:
    segments = [segment(0.5, 3.5), segment(3.5, 6.49), segment(6.49, 13.49), segment(13.49, 20.5)]
    assert times(segments, 3, 7) == [(0.5, 3.5), (6.49, 13.49)]


def test_short_buckets_take_single_segments_only() -> None:
    assert times([segment(0, 2), segment(2, 4)], 3, 7) == []


def test_long_buckets_join_touching_segments_and_their_references() -> None:
    stretch = cut([segment(1, 15, "one two"), segment(15, 30, "three")], (25, 40))[0]
    assert (stretch.start_s, stretch.end_s, stretch.reference) == (1, 30, "one two three")


def test_an_ignored_stretch_divides_runs() -> None:
    ignored = segment(15, 15.5, scored=False)
    assert times([segment(0, 15), ignored, segment(15.5, 30)], 25, 40) == []


def test_an_ignored_stretch_inside_a_scored_segment_divides_runs() -> None:
    assert times([segment(0, 15), segment(5, 6, scored=False), segment(15, 30)], 25, 40) == []


def test_a_gap_divides_runs_and_ten_milliseconds_are_a_gap() -> None:
    assert times([segment(0, 15), segment(15.01, 30)], 25, 40) == []


def test_overlapping_segments_do_not_join() -> None:
    assert times([segment(0, 15), segment(14, 30)], 25, 40) == []


def test_a_segment_without_length_is_never_taken_and_divides_runs() -> None:
    assert times([segment(0, 15), segment(15, 15), segment(15, 30)], 25, 40) == []
    assert times([segment(3, 3)], 0, 7) == []


def test_segments_of_different_recordings_do_not_join() -> None:
    assert times([segment(0, 15), segment(15, 30, talk="other")], 25, 40) == []


def test_a_run_ends_as_early_as_it_can_so_that_there_are_most() -> None:
    assert times([segment(i * 10, i * 10 + 10) for i in range(6)], 25, 40) == [(0, 30), (30, 60)]


def test_a_run_starts_later_where_it_would_be_too_long() -> None:
    assert times([segment(0, 20), segment(20, 42), segment(42, 60)], 25, 40) == [(20, 60)]


def test_a_single_long_segment_is_a_run() -> None:
    assert times([segment(0, 5), segment(5, 35)], 30, 34) == [(5, 35)]


def test_lines_out_of_order_are_put_in_order() -> None:
    assert times([segment(15, 30), segment(0, 15)], 25, 40) == [(0, 30)]


def test_of_segments_with_the_same_times_one_is_taken() -> None:
    assert [s.reference for s in cut([segment(0, 5, "one"), segment(0, 5, "two")], (3, 7))] == ["one"]


def test_a_stretch_keeps_talk_and_all_its_speakers() -> None:
    other = Segment("talk", "guest", Path("talk.sph"), 15, 30, "hello")
    stretch = cut([segment(0, 15), other], (25, 40))[0]
    assert (stretch.talk, stretch.speaker, stretch.id) == ("talk", "speaker+guest", "talk-0000000-0030000")


@given(
    st.lists(st.tuples(st.integers(0, 2500), st.booleans()), max_size=40),
    st.tuples(st.integers(20, 60), st.integers(0, 40)),
)
def test_runs_never_overlap_nor_leave_the_limits_nor_contain_what_is_ignored(
    lengths: list[tuple[int, bool]], limits: tuple[int, int]
) -> None:
    ends = list(accumulate((length for length, _ in lengths), initial=0))
    segments = [
        segment(start / 100, end / 100, scored=scored)
        for (start, end), (_, scored) in zip(pairwise(ends), lengths, strict=True)
    ]
    low_s, high_s = limits[0], limits[0] + limits[1]
    found = times(segments, low_s, high_s)
    assert all(low_s <= round(end_s - start_s, 6) <= high_s for start_s, end_s in found)
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    ignored = [s for s in segments if not s.scored and s.end_s > s.start_s]
    assert not any(s.start_s < end_s and s.end_s > start_s for s in ignored for start_s, end_s in found)


@pytest.mark.skipif(not SPEECH.is_dir(), reason="the shared recordings are not beside the repository")
def test_the_shared_recordings_fill_the_buckets_as_their_readme_says() -> None:
    from asr_harness.corpora import open_corpus

    segments = open_corpus(f"tedlium:{SPEECH}").segments
    assert {name: len(cut(segments, limits_s)) for name, limits_s in BUCKETS_S.items()} == {
        "5s": 5,
        "15s": 2,
        "30s": 3,
        "60s": 1,
    }


def test_a_bucket_of_ones_own_is_name_and_limits() -> None:
    assert parse_bucket("10s=8-12") == ("10s", (8.0, 12.0))
    assert parse_bucket(" half=0.5-1.5 ") == ("half", (0.5, 1.5))


@pytest.mark.parametrize(
    "text", ["10s", "10s=8", "10s=8-", "=8-12", "10s=-8-12", "a/b=8-12", "10s=12-8", "10s=0-0"]
)
def test_a_bucket_that_makes_no_sense_is_an_error_that_shows_it(text: str) -> None:
    with pytest.raises(DataError, match="bucket"):
        parse_bucket(text)
