import numpy as np
import pytest

from asr_harness.corpora import batches, padding_fraction
from asr_harness.corpora.base import Slice, Utterance


def slice_of(*lengths: int) -> Slice:
    utterances = tuple(
        Utterance(f"u{i}", "talk", "speaker", 0.0, n / 16_000, "", np.zeros(n, np.float32))
        for i, n in enumerate(lengths)
    )
    return Slice("corpus", "5s", utterances, "fingerprint")


def test_batches_go_from_long_to_short_and_the_last_may_be_smaller() -> None:
    lengths = [[len(u.samples) for u in batch] for batch in batches(slice_of(10, 50, 30, 20, 40), 2)]
    assert lengths == [[50, 40], [30, 20], [10]]


def test_equal_lengths_are_ordered_by_id_whatever_the_order_of_the_slice() -> None:
    assert [u.id for u in batches(slice_of(10, 10, 10), 3)[0]] == ["u0", "u1", "u2"]


def test_the_padding_is_what_the_longest_of_each_batch_adds() -> None:
    assert padding_fraction(batches(slice_of(100, 50, 30, 20), 2)) == pytest.approx(1 - 200 / (200 + 60))


def test_batches_of_one_have_no_padding() -> None:
    assert padding_fraction(batches(slice_of(100, 50), 1)) == 0.0


def test_nothing_has_no_padding() -> None:
    assert padding_fraction(()) == 0.0


def test_a_batch_size_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="batch_size is 0"):
        batches(slice_of(1), 0)
