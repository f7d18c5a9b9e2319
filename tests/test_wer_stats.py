import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from asr_harness import wer_stats
from asr_harness.wer_stats import PairedErrors

COUNTS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 30)), min_size=2, max_size=12
)


def test_mapsswe_gives_the_z_of_nist_sctks_own_test_data() -> None:
    z, p = wer_stats.mapsswe((1, 0, 1)) or (0.0, 0.0)
    assert z == pytest.approx(2.0)
    assert p == pytest.approx(0.0455, abs=5e-5)


def test_mapsswe_is_undefined_where_all_segments_are_alike() -> None:
    assert wer_stats.mapsswe((1, 1, 1)) is None
    assert wer_stats.mapsswe((1,)) is None


def test_two_words_right_in_both_part_segments_and_one_does_not() -> None:
    assert wer_stats.segment_differences("CSCCSC", "CCCCSS") == [-1, 1]
    assert wer_stats.segment_differences("CSCSC", "CCCCS") == [-1]


def test_a_word_right_in_one_system_only_parts_nothing() -> None:
    assert wer_stats.segment_differences("SCCS", "CSSC") == [0]


def test_insertions_belong_to_the_word_after_them_and_the_last_to_the_last_word() -> None:
    assert wer_stats.segment_differences("ICCCC", "CCCCI") == [-1, 1]


def test_segments_of_different_references_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        wer_stats.segment_differences("CC", "CCC")


def test_sums_by_talk_keep_the_order_in_which_talks_appear() -> None:
    errors = PairedErrors((1, 2, 3), (0, 0, 5), (10, 10, 20))
    assert wer_stats.by_talk(errors, ("b", "a", "b")) == PairedErrors((4, 2), (5, 0), (30, 10))


def test_with_units_of_equal_length_the_rate_test_is_the_paired_t_test() -> None:
    base, candidate = (3.0, 1.0, 4.0, 2.0, 2.0), (5.0, 2.0, 4.0, 5.0, 2.0)
    found = wer_stats.rate_test(PairedErrors(base, candidate, (10.0,) * 5), alpha=0.05)
    assert found is not None
    assert found.p == pytest.approx(scipy_stats.ttest_rel(candidate, base).pvalue)
    assert found.estimate == pytest.approx(6 / 50)


def test_the_probability_of_improvement_counts_no_ties() -> None:
    assert wer_stats.probability_of_improvement(np.array([-1.0, 0.0, 0.0, 1.0])) == 0.25


def test_the_bootstrap_draws_whole_entries() -> None:
    found = wer_stats.bootstrap_differences(PairedErrors((0, 0), (1, 0), (10, 10)), n=4000)
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [0.0, 0.05, 0.1]
    assert counts / 4000 == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


@given(COUNTS)
def test_swapping_the_systems_swaps_the_difference(counts: list[tuple[int, int, int]]) -> None:
    base, candidate, lengths = map(tuple, zip(*counts, strict=True))
    forth = wer_stats.rate_test(PairedErrors(base, candidate, lengths))
    back = wer_stats.rate_test(PairedErrors(candidate, base, lengths))
    assert forth is not None
    assert back is not None
    assert forth.p == pytest.approx(back.p)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


def test_over_talks_same_quality_is_rarely_called_a_change_where_utterances_call_it_often() -> None:
    """Errors that differ by talk: the reason that talks are the unit."""
    rng = np.random.default_rng(3)
    alarms = {"talks": 0, "utterances": 0}
    n = 400
    for _ in range(n):
        shift = np.repeat(rng.normal(0, 0.05, 8), 10)
        base = rng.binomial(15, 0.15, 80)
        candidate = rng.binomial(15, np.clip(0.15 + shift, 0, 1))
        errors = PairedErrors(tuple(base), tuple(candidate), (15.0,) * 80)
        talks = tuple(str(i // 10) for i in range(80))
        for unit, tested in (("talks", wer_stats.by_talk(errors, talks)), ("utterances", errors)):
            found = wer_stats.rate_test(tested, alpha=0.05)
            alarms[unit] += found is not None and found.p < 0.05
    assert alarms["talks"] / n <= 0.07
    assert alarms["utterances"] / n >= 0.15
