"""Counts in words."""

from asr_harness.counting import counted, listed


def test_one_alone_is_singular() -> None:
    counts = [counted(n, "run") for n in (0, 1, 2, 1200)]
    assert counts == ["0 runs", "1 run", "2 runs", "1,200 runs"]


def test_the_rest_of_many_names_is_counted() -> None:
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"
