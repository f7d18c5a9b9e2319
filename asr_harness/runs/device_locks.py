"""A lock per device of this machine, so that two sessions never time on one at once.

The locks are files in one folder of the machine. They end with the process that holds them, however it ends.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Self

from asr_harness.errors import GridError
from asr_harness.runs.locking import try_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VARIABLE = "ASR_HARNESS_LOCKS"
POLL_S = 0.5
MAX_HOLDER_BYTES = 500


def default_folder() -> Path:
    """Give the folder of the locks: the machine's for temporary files, or what ASR_HARNESS_LOCKS names."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(tempfile.gettempdir()) / "asr-harness-locks"


class DeviceLocks:
    """The locks that a session holds, as long as it is open; `waited_s` is how long others had them."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_folder()
        self._held: dict[str, int] = {}
        self.waited_s = 0.0

    def __enter__(self) -> Self:
        """Hold nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let others have the devices."""
        self.release()

    def acquire(
        self, names: Iterable[str], tell: Callable[[str], None], check: Callable[[], None] = lambda: None
    ) -> None:
        """Lock devices, waiting for each as long as another process has it; `tell` hears of a wait, once.

        All sessions take them in one order, so that none waits for another in a circle: where some are held,
        they are given back and taken again with the new ones. `check` is called while waiting, and may
        raise. Raises GridError where there is no place for locks.
        """
        wanted = sorted({*names, *self._held})
        if wanted == sorted(self._held):
            return
        self.release()
        try:
            self._make_folder()
            for name in wanted:
                self._wait_for(name, tell, check)
        except OSError as error:
            raise GridError(
                f"cannot lock devices in {self._folder}: {error.strerror}; let {VARIABLE} name a "
                "folder that every session on this machine can write to"
            ) from error

    def release(self) -> None:
        """Let others have them."""
        while self._held:
            with suppress(OSError):
                os.close(self._held.popitem()[1])

    def _make_folder(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):
                self._folder.chmod(0o1777)  # other users' sessions time on the same devices

    def _wait_for(self, name: str, tell: Callable[[str], None], check: Callable[[], None]) -> None:
        descriptor = _opened(self._folder / f"{name.replace(os.sep, '_')}.lock")
        self._held[name] = descriptor
        if not try_lock(descriptor):
            holder = os.pread(descriptor, MAX_HOLDER_BYTES, 0).decode("utf-8", "replace").strip()
            tell(
                f"waiting for {name}, on which another session is timing: {holder or 'it does not say which'}"
            )
            began = monotonic()
            while not try_lock(descriptor):
                check()
                sleep(POLL_S)
            self.waited_s += monotonic() - began
            tell(f"{name} is free; going on")
        _sign(descriptor)


def _opened(path: Path) -> int:
    """Open a lock that any user's session may have made; for reading alone where no more is allowed."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        with suppress(OSError):
            os.fchmod(descriptor, 0o666)
        return descriptor
    try:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except PermissionError:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)


def _sign(descriptor: int) -> None:
    """Say in the file who has it, for those who wait."""
    since = datetime.now(UTC).strftime("%H:%M:%S UTC")
    text = f"process {os.getpid()} ({Path(sys.argv[0]).name}), since {since}\n"
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode("utf-8", "replace"), 0)
