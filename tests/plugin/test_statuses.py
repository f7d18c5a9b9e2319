"""An internal error of pytest is no verdict."""

from collections.abc import Callable

import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE

Run = Callable[..., pytest.RunResult]


def test_an_error_inside_pytest_is_unusable_and_never_undecided(run: Run, pytester: pytest.Pytester) -> None:
    plugin = "def pytest_collection_finish():\n    raise RuntimeError"
    pytester.makepyfile(breaks=plugin)
    pytester.syspathinsert()
    assert run("-p", "breaks").ret == 2


def test_a_grid_that_raises_is_unusable(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_asr_grid():\n    raise RuntimeError('odd')")
    finished = pytester.runpytest_subprocess()
    assert finished.ret == EXIT_UNUSABLE
    finished.stderr.fnmatch_lines(["ERROR: */conftest.py:2: pytest_asr_grid raised RuntimeError: odd"])


def test_a_wrong_keyword_of_a_profile_is_one_message_with_its_line(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "from asr_harness.grid import Profile\nONE = Profile(model='m')\ndef pytest_asr_grid(): ..."
    )
    finished = pytester.runpytest_subprocess()
    assert finished.ret == EXIT_UNUSABLE
    finished.stderr.fnmatch_lines(
        ["ERROR: */conftest.py:2: Profile takes no 'model' (did you mean 'models'[?]);*"]
    )
    finished.stderr.no_fnmatch_line("*Traceback*")


def test_a_suite_that_cannot_be_imported_is_unusable(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import nothing_of_that_name")
    finished = pytester.runpytest_subprocess("--asr-quiet")
    assert finished.ret == EXIT_UNUSABLE
    finished.stderr.fnmatch_lines(["*No module named 'nothing_of_that_name'*"])


def test_a_suite_with_a_grid_is_ours_even_if_it_cannot_be_imported(pytester: pytest.Pytester) -> None:
    grid = "\ndef pytest_asr_grid():\n    return absent"
    for text, status in ((grid, EXIT_UNUSABLE), ("", pytest.ExitCode.USAGE_ERROR)):
        pytester.makeconftest(f"import nothing_of_that_name{text}")
        assert pytester.runpytest_subprocess().ret == status


@pytest.mark.parametrize(("arguments", "status"), [((), 4), (("--asr-compare=x",), EXIT_UNUSABLE)])
def test_statuses_of_sessions_that_are_not_ours_stay_pytests(
    arguments: tuple[str, ...], status: int, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("def test_x(): pass")
    assert pytester.runpytest_inprocess("absent.py", *arguments).ret == status
