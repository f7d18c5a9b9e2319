"""An internal error of pytest is no verdict."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_an_error_inside_pytest_is_unusable_and_never_undecided(run: Run, pytester: pytest.Pytester) -> None:
    plugin = "def pytest_collection_finish():\n    raise RuntimeError"
    pytester.makepyfile(breaks=plugin)
    pytester.syspathinsert()
    assert run("-p", "breaks").ret == 2
