"""Axes: domains that hold their values, ticks that can be read."""

from typing import Any

import pandas as pd
import pytest

from asr_harness.report.figures.axis import Axis, log_ticks


def options(axis: Axis, *values: float, n_words: int = 0) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = axis.options(pd.Series(values), n_words)
    return made["scale"].to_dict(), made["axis"].to_dict()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.008, 0.5, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]),
        (0.14, 0.33, [0.15, 0.2, 0.3]),
        (0.00001, 300, [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100]),
        (1e-6, 1e5, [1e-6, 1e-4, 1e-2, 1, 100, 10000]),
        (0.31, 0.32, []),  # the drawing library has finer ones
    ],
)
def test_ticks_of_a_log_axis_are_round_and_few(low: float, high: float, expected: list[float]) -> None:
    assert log_ticks(low, high) == expected


def test_a_log_axis_ends_at_its_values_and_not_at_the_next_decade() -> None:
    scale, _ = options(Axis("x", "x", "log"), 0.02, 0.5)
    assert scale["domain"] == pytest.approx([0.02 / 1.12, 0.5 * 1.12])
    assert scale["nice"] is False


def test_what_is_not_above_0_has_no_place_on_a_log_axis() -> None:
    scale, _ = options(Axis("x", "x", "log"), -1.0, 0.0, 1.0, 10.0)
    assert scale["domain"][0] == pytest.approx(1 / 1.12)


def test_words_at_the_top_have_room_above_the_values() -> None:
    scale, _ = options(Axis("x", "x"), 10.0, n_words=13)  # 130 of 260 pixels
    assert scale["domain"] == pytest.approx([0, 2 * 1.04 * 10])


def test_words_have_room_on_a_log_axis_too() -> None:
    scale, _ = options(Axis("x", "x", "log"), 1.12, 100 / 1.12, n_words=13)
    assert scale["domain"] == pytest.approx([1, 10000])


def test_batch_sizes_are_their_own_ticks_where_a_line_is_straight() -> None:
    scale, axis = options(Axis("batch_size", "batch size", "counts"), 1, 4, 4, 6)
    assert axis["values"] == [1, 4, 6]
    assert scale["domain"] == pytest.approx([0, 6.24])
    assert "type" not in scale


def test_an_axis_of_zeros_has_a_length() -> None:
    scale, _ = options(Axis("x", "x"), 0.0, 0.0)
    assert scale["domain"] == [0, 1.04]
