"""What a failed case shows: which case it is, the method, and the frames of whoever wrote the recogniser."""

from __future__ import annotations

import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import _pytest
import pluggy
import pytest_benchmark

import asr_harness
from asr_harness.errors import AsrHarnessError

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from asr_harness.schema import Case

OURS = tuple(
    f"{Path(package.__file__).parent}/"
    for package in (asr_harness, pytest_benchmark, pluggy, _pytest)
    if package.__file__
)
STANDARD = tuple(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib"))
INSTALLED = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Writers:
    """Whose frames are a user's: those of the module that `source` names, and of what is not installed.

    `test_path` is the file of the benchmark, whose frames tell nothing.
    """

    source: str
    test_path: str

    def described(self, error: BaseException, case: Case) -> str | None:
        """Say what became of a case in few lines; None for what needs its whole traceback."""
        head = (
            f"{case.model} on {case.device}, bucket {case.bucket}, batch size {case.batch_size}, "
            f"variant {case.variant}:"
        )
        if isinstance(error, AsrHarnessError):
            return f"{head}\n{error}"
        where = self.method(error)
        if where is None:
            return None
        return f"{head}\n{where} raised {type(error).__name__}\n\n{self._frames(error)}"

    def method(self, error: BaseException) -> str | None:
        """Name the user's innermost function that an error went through, as in `my_asr.py:Mine.decode`."""
        codes = self._codes(error)
        return f"{PurePath(codes[-1].co_filename).name}:{codes[-1].co_qualname}" if codes else None

    def _codes(self, error: BaseException) -> list[CodeType]:
        frames = traceback.walk_tb(error.__traceback__)
        return [frame.f_code for frame, _ in frames if self._is_users(frame)]

    def _is_users(self, frame: FrameType) -> bool:
        path = frame.f_code.co_filename
        if path.startswith(OURS) or path == self.test_path:
            return False
        module = str(frame.f_globals.get("__name__", ""))
        is_installed = path.startswith(STANDARD) or not INSTALLED.isdisjoint(PurePath(path).parts)
        return _root(module) == _root(self.source) or not is_installed

    def _frames(self, error: BaseException) -> str:
        """Format an error and those it came from: the user's frames, and the one that raised."""
        formatted = traceback.TracebackException.from_exception(error)
        chained: traceback.TracebackException | None = formatted
        raised: BaseException | None = error
        while chained is not None and raised is not None:
            files = {code.co_filename for code in self._codes(raised)}
            last = len(chained.stack) - 1
            chained.stack = traceback.StackSummary.from_list(
                [frame for n, frame in enumerate(chained.stack) if frame.filename in files or n == last]
            )
            is_cause = chained.__cause__ is not None
            chained = chained.__cause__ if is_cause else chained.__context__
            raised = raised.__cause__ if is_cause else raised.__context__
        return "".join(formatted.format()).rstrip()


def place(error: BaseException) -> str:
    """Name the line of a suite that an error comes from, before its message; '' where it has none."""
    places = [
        f"{frame.filename}:{frame.lineno}: "
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((*OURS, "<"))
    ]
    return places[-1] if places else ""


def _root(module: str) -> str:
    return module.partition(":")[0].partition(".")[0]
