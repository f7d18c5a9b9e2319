"""From an estimate and its interval to a verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.stats import decide

SWAPPED = {"regression": "improvement", "improvement": "regression"}


@pytest.mark.parametrize(
    ("estimate", "low", "high", "is_shown", "verdict"),
    [
        (0.06, 0.03, 0.09, True, "regression"),
        (-0.06, -0.09, -0.03, True, "improvement"),
        (0.06, -0.01, 0.13, False, "inconclusive"),
        (0.01, 0.005, 0.015, True, "unchanged"),
        (0.01, -0.04, 0.06, False, "inconclusive"),
        (0.01, -0.05, 0.04, False, "inconclusive"),
        (0.03, 0.02, 0.04, False, "unchanged"),
        (0.02, 0.01, 0.06, True, "inconclusive"),
        (0.01, None, None, True, "inconclusive"),
        (0.06, None, None, True, "regression"),
        (None, None, None, False, "inconclusive"),
    ],
    ids=[
        "shown and above the tolerance",
        "shown and below it",
        "large but not shown",
        "shown but within tolerance and margin",
        "above the margin it may be",
        "on the margin is not within it",
        "above the tolerance but not shown, within the margin",
        "on the tolerance is not above it",
        "small and not bounded",
        "large and not bounded",
        "nothing known",
    ],
)
def test_a_verdict_needs_what_is_shown_and_how_large_it_is(
    estimate: float | None, low: float | None, high: float | None, is_shown: bool, verdict: str
) -> None:
    assert decide(estimate, low, high, is_shown=is_shown, tolerance=0.02, margin=0.05) == verdict


@given(st.floats(-1, 1), st.floats(0, 1), st.booleans())
def test_swapping_the_sides_swaps_the_decision(estimate: float, half: float, is_shown: bool) -> None:
    forth, back = (
        decide(value, value - half, value + half, is_shown=is_shown, tolerance=0.02, margin=0.05)
        for value in (estimate, -estimate)
    )
    assert back == SWAPPED.get(forth, forth)
