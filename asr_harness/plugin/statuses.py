"""Exit statuses are ours alone: an error of pytest, or inside it, must not be read as a verdict."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asr_harness import streams
from asr_harness.errors import AsrHarnessError
from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.paths import ensure_home
from asr_harness.plugin import failures, guarding
from asr_harness.report.escaping import terminal

if TYPE_CHECKING:
    from collections.abc import Generator

IS_OURS = pytest.StashKey[bool]()
"""Whether a session is one of ours: its suite gave a grid, or it was given an option of ours."""

IS_VERDICT = pytest.StashKey[bool]()
"""Whether the status is what was judged: 3 is then "undecided", and no internal error of pytest's."""

GRID_HOOK = b"pytest_asr_grid"
OTHERS = (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)
"""3, which would be our "undecided", and 4, which is none of ours."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(
    config: pytest.Config,
) -> Generator[None, int | pytest.ExitCode | None, int | pytest.ExitCode | None]:
    """End with 2 whatever could not be judged for an error of pytest's or its user's, or not told."""
    streams.open_closed_output()
    try:
        status = yield
    except pytest.UsageError as error:
        if not config.stash.get(IS_OURS, False):
            raise
        for message in error.args:
            print(f"ERROR: {terminal(str(message))}\n", file=sys.stderr)  # noqa: T201 - as pytest itself does
        return EXIT_UNUSABLE
    except Exception as error:
        if not config.stash.get(IS_OURS, False):
            raise
        return guarding.ended_by(config, error)
    is_pytests = status in OTHERS and not config.stash.get(IS_VERDICT, False)
    is_lost = is_pytests or not guarding.is_output_written()
    return EXIT_UNUSABLE if is_lost and config.stash.get(IS_OURS, False) else status


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """End with 2, not pytest's 4, where a suite of ours, by its grid or an option, cannot be imported."""
    ensure_home()
    try:
        result = yield
    except pytest.UsageError:
        raise
    except Exception as error:
        given = early_config.invocation_params.args
        if not any(argument.startswith("--asr-") for argument in given) and not _gives_grid(error):
            raise
        cause = error.__cause__ or error
        if isinstance(cause, AsrHarnessError):
            message = terminal(f"{failures.place(cause)}{cause}")
            print(f"ERROR: {message}\n", file=sys.stderr)  # noqa: T201
            raise SystemExit(EXIT_UNUSABLE) from error
        print(f"ERROR: {error}\n", *traceback.format_exception(cause, limit=-3), sep="", file=sys.stderr)  # noqa: T201
        raise SystemExit(EXIT_UNUSABLE) from error
    return result


def _gives_grid(error: Exception) -> bool:
    """Whether the conftest.py that could not be imported would have given a grid, by its text."""
    path = getattr(error, "path", None)  # pytest's ConftestImportFailure has it
    if path is None:
        return False
    try:
        return GRID_HOOK in Path(path).read_bytes()
    except OSError:
        return False
