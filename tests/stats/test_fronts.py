"""Which point beats which."""

from collections.abc import Sequence

import pytest

from asr_harness.stats.fronts import beats


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([1.0, 2.0], [1.0, 3.0], True),
        ([1.0, 2.0], [1.0, 2.0], False),
        ([1.0, 3.0], [2.0, 2.0], False),
        ([2.0, 3.0], [1.0, 3.0], False),
    ],
)
def test_a_point_beats_what_is_worse_in_one_cost_and_better_in_none(
    one: Sequence[float], other: Sequence[float], expected: bool
) -> None:
    assert beats(one, other) is expected
