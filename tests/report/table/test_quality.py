"""The interval of an error rate over talks."""

from asr_harness.report.table.quality import talk_interval
from asr_harness.schema import ErrorCounts
from asr_harness.stats import ratio_interval


def counts(*pairs: tuple[int, int]) -> ErrorCounts:
    hits, wrong = zip(*pairs, strict=True)
    none = (0,) * len(pairs)
    return ErrorCounts(hits, wrong, none, none)


def test_utterances_of_a_talk_are_added_up_first() -> None:
    assert talk_interval(counts((5, 0), (4, 1), (7, 3)), "aab") == ratio_interval([(1, 10), (3, 10)])


def test_a_talk_without_words_is_left_out() -> None:
    assert talk_interval(counts((9, 1), (7, 3), (0, 0)), "abc") == ratio_interval([(1, 10), (3, 10)])
