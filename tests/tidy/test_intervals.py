"""The interval of an error rate over talks."""

import pytest

from asr_harness.tidy.intervals import pooled_rate_interval, ratio_interval


def test_two_talks_by_hand() -> None:
    # Rate 4/20 = 0.2; residuals -1 and 1, variance 2; t(1) = 12.706; half 12.706 · √(2/2) / 10 = 1.2706.
    low, high = ratio_interval([(1, 10), (3, 10)])
    assert low == 0.0
    assert high == pytest.approx(0.2 + 1.2706, abs=1e-4)


def test_talks_that_agree_leave_no_doubt() -> None:
    assert ratio_interval([(1, 10), (2, 20), (4, 40)]) == pytest.approx((0.1, 0.1))


def test_no_error_at_all_is_not_certainty() -> None:
    # 1 - 0.025^(1/30) = 1 - exp(-3.6889 / 30) = 0.1157
    assert ratio_interval([(0, 10), (0, 20)]) == pytest.approx((0.0, 0.1157), abs=1e-4)


def test_one_talk_has_no_interval() -> None:
    assert ratio_interval([(1, 10)]) == (None, None)


def counts(hits: int, wrong: int) -> dict[str, dict[str, int]]:
    return {"words": {"hits": hits, "substitutions": wrong, "deletions": 0, "insertions": 0}}


def test_utterances_of_a_talk_are_added_up_first() -> None:
    errors = [counts(5, 0), counts(4, 1), counts(7, 3)]
    utterances = [{"talk": "a"}, {"talk": "a"}, {"talk": "b"}]
    assert pooled_rate_interval(errors, utterances) == ratio_interval([(1, 10), (3, 10)])


def test_a_talk_without_words_is_left_out() -> None:
    errors = [counts(9, 1), counts(7, 3), counts(0, 0)]
    utterances = [{"talk": name} for name in "abc"]
    assert pooled_rate_interval(errors, utterances) == ratio_interval([(1, 10), (3, 10)])
