"""The interval of an error rate over talks."""

from asr_harness.stats import ratio_interval
from asr_harness.tidy.intervals import pooled_rate_interval


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
