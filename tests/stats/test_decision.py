"""From an estimate and its interval to a verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.stats import decide

SWAPPED = {"regression": "improvement", "improvement": "regression"}


@pytest.mark.parametrize(
    ("estimate", "worst", "is_shown", "verdict"),
    [
        (0.06, 0.09, True, "regression"),
        (-0.06, -0.03, True, "improvement"),
        (0.06, 0.13, False, "inconclusive"),
        (0.01, 0.015, True, "unchanged"),
        (0.01, 0.06, False, "inconclusive"),
        (-0.30, 0.04, False, "unchanged"),
        (0.01, 0.05, False, "inconclusive"),
        (0.03, 0.04, False, "unchanged"),
        (0.02, 0.06, True, "inconclusive"),
        (0.01, None, True, "inconclusive"),
        (0.06, None, True, "regression"),
        (None, None, False, "inconclusive"),
    ],
    ids=[
        "shown and above the tolerance",
        "shown and below it",
        "large but not shown",
        "shown but within tolerance and limit",
        "above the limit it may be",
        "maybe much better and surely not worse",
        "on the limit is not below it",
        "above the tolerance but not shown, below the limit",
        "on the tolerance is not above it",
        "small and not bounded",
        "large and not bounded",
        "nothing known",
    ],
)
def test_a_verdict_needs_what_is_shown_and_how_large_it_is(
    estimate: float | None, worst: float | None, is_shown: bool, verdict: str
) -> None:
    assert decide(estimate, worst, is_shown=is_shown, tolerance=0.02, limit=0.05) == verdict


@given(st.floats(-1, 1), st.floats(0, 1))
def test_swapping_the_sides_swaps_what_is_shown(estimate: float, half: float) -> None:
    forth, back = (
        decide(value, value + half, is_shown=True, tolerance=0.02, limit=0.05)
        for value in (estimate, -estimate)
    )
    if forth in SWAPPED:
        assert back == SWAPPED[forth]
