"""Exit statuses are ours alone: an error inside pytest must not be read as a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE

if TYPE_CHECKING:
    from collections.abc import Generator


class Statuses:
    """Turns pytest's 3, an internal error, which is our "undecided", into 2."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Look before anything is judged, and set the status after all else."""
        is_broken = session.exitstatus == pytest.ExitCode.INTERNAL_ERROR
        result = yield
        if is_broken:
            session.exitstatus = EXIT_UNUSABLE
        return result
