"""The bootstrap over whole entries."""

import numpy as np
import pytest

from asr_harness.stats import PairedErrors, bootstrap_differences, probability_of_improvement


def test_the_probability_of_improvement_counts_no_ties() -> None:
    assert probability_of_improvement(np.array([-1.0, 0.0, 0.0, 1.0])) == 0.25


def test_the_bootstrap_draws_whole_entries() -> None:
    found = bootstrap_differences(PairedErrors((0, 0), (1, 0), (10, 10)), n=4000)
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [0.0, 0.05, 0.1]
    assert counts / 4000 == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_a_sample_without_a_reference_word_has_no_rate() -> None:
    found = bootstrap_differences(PairedErrors((0, 0), (1, 0), (10, 0)), n=400)
    # A quarter of the samples draws the empty entry twice; the rest has all errors over all words.
    assert 0.6 < len(found) / 400 < 0.9
    assert set(found.tolist()) == {0.1}
