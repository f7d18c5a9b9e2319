"""Where memory runs out."""

import pytest

from asr_harness.measure.frontier import Frontier, oom_frontier
from asr_harness.schema import Outcome


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
