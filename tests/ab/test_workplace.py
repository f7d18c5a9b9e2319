from pathlib import Path

import pytest

from asr_harness.ab.workplace import check_suite
from asr_harness.ab.worktrees import Worktree
from asr_harness.errors import AbError


@pytest.fixture
def trees(tmp_path: Path) -> list[Worktree]:
    """A base from before the suite, and a candidate with one."""
    (tmp_path / "candidate" / "benchmarks").mkdir(parents=True)
    (tmp_path / "candidate" / "benchmarks" / "test_it.py").touch()
    (tmp_path / "base").mkdir()
    return [
        Worktree(name, digit * 40, tmp_path / name, tmp_path / name, tmp_path)
        for name, digit in (("base", "a"), ("candidate", "b"))
    ]


@pytest.mark.parametrize("selection", [["benchmarks/"], ["benchmarks/test_it.py::test_one", "-k", "tiny"]])
def test_a_commit_from_before_the_suite_is_named(selection: list[str], trees: list[Worktree]) -> None:
    with pytest.raises(AbError, match=r"base \(aaaaaaa\) has no benchmarks.*a commit that has it"):
        check_suite(trees, selection)
    check_suite(trees[1:], selection)


def test_what_options_name_is_no_suite(trees: list[Worktree]) -> None:
    check_suite(trees, ["-k", "tiny", "absent/"])
