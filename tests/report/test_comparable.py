"""Comparable cases in groups, each distinguished by what people know it by."""

import pytest

from asr_harness.report.comparable import comparable_groups, with_origin
from tests.report.hand_made import cases


def test_one_group_needs_no_name() -> None:
    ((values, origin, rows),) = comparable_groups(cases([{}, {"bucket": "15s"}]), ["device"])
    assert (values, origin, len(rows)) == (("cpu",), "", 2)


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ({"machine": "A"}, {"machine": "B", "environment": "2"}, ["A", "B"]),
        ({"data": "embedded"}, {"data": "tedlium"}, ["embedded", "tedlium"]),
        ({"label": "aaaaaaa"}, {"label": "bbbbbbb", "environment": "2"}, ["aaaaaaa", "bbbbbbb"]),
        ({}, {"environment": "2"}, ["environment 1", "environment 2"]),
    ],
)
def test_groups_are_named_by_what_differs(
    first: dict[str, str], second: dict[str, str], names: list[str]
) -> None:
    found = comparable_groups(
        cases([{"environment": "1", **first}, {"environment": "1", **second}]), ["device"]
    )
    assert [origin for _, origin, _ in found] == names


def test_a_place_is_told_only_where_there_is_one() -> None:
    assert with_origin("cpu", "A") == "cpu (A)"
    assert with_origin("cpu", "") == "cpu"
