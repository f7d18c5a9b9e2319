"""Where memory runs out."""

import pytest

from asr_harness.measure.frontier import Frontier, oom_frontier, oom_frontiers
from asr_harness.schema import Case, Outcome, SavedCase


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({1: "measured", 4: "measured", 8: "oom", 16: "too_big"}, Frontier(4, 8)),
        ({1: "measured", 32: "measured"}, Frontier(32, None)),
        ({1: "too_big", 4: "too_big"}, Frontier(None, 1)),
        ({1: "measured", 4: "failed", 8: "unavailable"}, Frontier(1, None)),
        ({1: "measured", 4: "oom", 8: "measured"}, Frontier(1, 4)),
        ({}, Frontier(None, None)),
    ],
)
def test_the_frontier_lies_between_what_fits_and_what_does_not(
    outcomes: dict[int, Outcome], expected: Frontier
) -> None:
    assert oom_frontier(outcomes.items()) == expected


def test_each_model_has_its_own_frontier() -> None:
    cases = [
        SavedCase(Case(model, "cpu", "5s", size, "baseline"), outcome)
        for model, size, outcome in (("a", 1, "measured"), ("a", 4, "oom"), ("b", 4, "measured"))
    ]
    axes = {"device": "cpu", "bucket": "5s", "variant": "baseline"}
    assert oom_frontiers(cases) == [
        {"model": "a", **axes, "largest_that_fits": 1, "smallest_that_does_not": 4},
        {"model": "b", **axes, "largest_that_fits": 4, "smallest_that_does_not": None},
    ]
