"""What `pytest --help` says of names, and what a session without a grid makes of a benchmark."""

import pytest

from asr_harness.grid import Grid, Profile
from asr_harness.plugin import known_names


def test_the_suites_own_names_are_listed() -> None:
    grid = Grid({"mine": "my_asr:load"}, profiles={"quick": Profile(("mine",)), "full": Profile(("mine",))})
    text = "\n".join(known_names.of_suite(grid, 100))
    assert "profiles: quick (default), full" in text
    assert "mine = my_asr:load" in text
    assert "5s (3-7 s)" in text
    assert "baseline, fp16" in text


def test_help_ends_with_the_names_and_runs_nothing(suite: pytest.Pytester) -> None:
    result = suite.runpytest_inprocess("--help")
    result.stdout.fnmatch_lines(["*--asr-variants=A,B*baseline*", "names that this suite's grid knows:"])
    assert result.ret == 0


def test_a_benchmark_without_a_grid_is_skipped_with_the_way_out(suite: pytest.Pytester) -> None:
    suite.path.joinpath("conftest.py").unlink()
    result = suite.runpytest_inprocess("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*no grid in this session: name the folder of the suite*"])
