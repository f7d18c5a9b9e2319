"""A layer under `os` that breaks the call of a given number, and remembers what was synced.

A power cut is modelled at its worst: of a file stays what was synced, and a name stays where its folder was
synced after it was given.
"""

from __future__ import annotations

import errno
import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CUTS = ("kill before", "kill after", "kill amid", "power")
REFUSALS = ("ENOSPC", "EIO", "half a write")
CHANGING = ("open", "write", "fsync", "ftruncate", "link", "unlink", "replace", "rename", "mkdir", "fchmod")


class Disk:
    """Breaks call `number` (none where it is None) in the way of `how`; a context in which `os` is broken."""

    def __init__(self, folder: Path, number: int | None, how: str, log: Path | None = None) -> None:
        self.n_calls = 0
        self._folder, self._number, self._how, self._log = folder, number, how, log
        self._real: dict[str, Callable[..., Any]] = {}
        self._sizes: dict[int, int] = {}
        self._names: set[str] = set()

    def __enter__(self) -> None:
        for name in CHANGING:
            self._real[name] = getattr(os, name)
            setattr(os, name, self._broken(name))

    def __exit__(self, *_: object) -> None:
        for name, call in self._real.items():
            setattr(os, name, call)

    def _broken(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            number, self.n_calls = self.n_calls, self.n_calls + 1
            if number == self._number:
                return self._break(name, arguments, options)
            value = self._real[name](*arguments, **options)
            if name == "fsync":
                self._note_synced(arguments[0])
            return value

        return call

    def _break(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        half = (arguments[0], arguments[1][: len(arguments[1]) // 2]) if name == "write" else None
        if self._how == "power":
            self._tell()
        elif self._how == "kill after":
            self._real[name](*arguments, **options)
        elif self._how in ("kill amid", "ENOSPC", "EIO", "half a write") and half:
            n_written = self._real["write"](*half)
            if self._how == "half a write":
                return n_written
        if self._how in CUTS:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._how == "half a write":
            return self._real[name](*arguments, **options)
        number = getattr(errno, self._how)
        raise OSError(number, os.strerror(number), arguments[0] if isinstance(arguments[0], str) else None)

    def _note_synced(self, descriptor: int) -> None:
        state = os.fstat(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        if path.is_dir():
            self._names = {name for name in self._names if Path(name).parent != path}
            self._names |= {str(each) for each in path.iterdir()}
        else:
            self._sizes[state.st_ino] = state.st_size

    def _tell(self) -> None:
        if self._log is not None:
            self.__exit__()
            self._log.write_text(json.dumps({"sizes": self._sizes, "names": sorted(self._names)}))


def cut_power(folder: Path, log: Path) -> None:
    """Take away what was not synced when the power went; nothing if it did not."""
    if not log.exists():
        return
    synced = json.loads(log.read_text())
    for path in sorted(folder.rglob("*"), reverse=True):
        if str(path) not in synced["names"]:
            path.rmdir() if path.is_dir() and not any(path.iterdir()) else _drop(path)
        elif path.is_file():
            os.truncate(path, min(synced["sizes"].get(str(path.stat().st_ino), 0), path.stat().st_size))


def _drop(path: Path) -> None:
    if path.is_file():
        path.unlink()
