"""NIST's matched-pair test and its segments."""

import pytest

from asr_harness.stats import mapsswe_test, segment_differences


def test_mapsswe_gives_the_z_of_nist_sctks_own_test_data() -> None:
    z, p = mapsswe_test((1, 0, 1)) or (0.0, 0.0)
    assert z == pytest.approx(2.0)
    assert p == pytest.approx(0.0455, abs=5e-5)


def test_mapsswe_is_undefined_where_all_segments_are_alike() -> None:
    assert mapsswe_test((1, 1, 1)) is None
    assert mapsswe_test((1,)) is None


def test_two_words_right_in_both_part_segments_and_one_does_not() -> None:
    assert segment_differences("CSCCSC", "CCCCSS") == [-1, 1]
    assert segment_differences("CSCSC", "CCCCS") == [-1]


def test_a_word_right_in_one_system_only_parts_nothing() -> None:
    assert segment_differences("SCCS", "CSSC") == [0]


def test_insertions_belong_to_the_word_after_them_and_the_last_to_the_last_word() -> None:
    assert segment_differences("ICCCC", "CCCCI") == [-1, 1]


def test_segments_of_different_references_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        segment_differences("CC", "CCC")
