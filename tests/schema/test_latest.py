"""Which files of many are measurements of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from asr_harness.schema.latest import latest_of_each


@dataclass(frozen=True)
class Saved:
    """A saved run by what tells it from others."""

    identity: str
    sessions: frozenset[str] = frozenset()
    is_merged: bool = False
    is_unnamed_rest: bool = False
    n_measured: int = 1
    saved_s: float = 0.0
    commit: str | None = "c"
    rounds: str = ""

    def first_shared_rounds_are_equal(self, other: "Saved") -> bool:
        return self.rounds == other.rounds


def names(*runs: Saved) -> list[str]:
    return [run.identity + str(run.n_measured) for run in latest_of_each(runs)]


def test_of_copies_the_most_complete_counts_then_the_latest() -> None:
    assert names(Saved("a"), Saved("a", n_measured=2), Saved("b"), Saved("a")) == ["a2", "b1"]
    early, late = Saved("a", saved_s=1.0), Saved("a", saved_s=2.0)
    assert latest_of_each([late, early]) == latest_of_each([early, late]) == (late,)


def test_a_merged_file_stands_for_its_parts_alone() -> None:
    parts = [Saved(name, frozenset(name)) for name in "abc"]
    merged = Saved("m", frozenset("ab"), is_merged=True, n_measured=2)
    whole = Saved("w", frozenset("abc"), is_merged=True, n_measured=3)
    assert names(*parts, merged) == ["c1", "m2"]
    assert names(*parts, merged, whole) == ["w3"]


def test_a_file_that_names_no_session_is_no_part_of_a_merged_one() -> None:
    assert names(Saved("old"), Saved("m", frozenset("ab"), is_merged=True)) == ["old1", "m1"]


@pytest.mark.parametrize(
    ("other", "is_kept"),
    [
        ({}, False),
        ({"rounds": "others"}, True),
        ({"n_measured": 1}, True),
        ({"commit": "d"}, True),
    ],
)
def test_the_rest_of_a_session_without_a_name_gives_way_to_what_resumed_it(
    other: dict[str, object], is_kept: bool
) -> None:
    rest = Saved("rest", is_unnamed_rest=True)
    resumed = Saved("resumed", **{"n_measured": 2, **other})  # type: ignore[arg-type]
    assert (rest in latest_of_each([rest, resumed])) == is_kept


class Counted(frozenset[str]):
    """Sessions that count how often they are compared."""

    n = 0

    def __lt__(self, other: object) -> bool:
        Counted.n += 1
        return frozenset.__lt__(self, other)  # type: ignore[operator]


def test_many_merged_files_are_not_each_compared_with_every_run() -> None:
    def runs() -> Iterator[Saved]:
        for i in range(300):
            sessions = [f"{i}a", f"{i}b"]
            yield Saved(f"m{i}", Counted(sessions), is_merged=True)
            yield from (Saved(name, Counted([name])) for name in sessions)

    Counted.n = 0
    assert len(latest_of_each(list(runs()))) == 300
    assert Counted.n <= 900
