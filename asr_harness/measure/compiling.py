"""What TorchDynamo compiles while a case runs: how often, and for how long."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any


class CompileWatch:
    """Counts compilations and their seconds, from `begin` to `end`.

    A case that is not said to compile is watched only where torch's compiler is loaded already: to import it
    takes seconds, and what is not loaded compiles nothing.
    """

    def __init__(self, *, compiles: bool) -> None:
        self.n = 0
        self.seconds = 0.0
        self._is_wanted = compiles
        self._handler: Any = None
        self._began_s: float | None = None

    @property
    def is_watching(self) -> bool:
        """Whether it would have heard of a compilation."""
        return self._handler is not None or not _is_loaded()

    def begin(self) -> None:
        """Listen, from now on."""
        if self._is_wanted or _is_loaded():
            from torch._dynamo.callback import callback_handler

            self._handler = callback_handler
            self._handler.register_start_callback(self._on_start)
            self._handler.register_end_callback(self._on_end)

    def end(self) -> None:
        """Listen no more; called twice, it does nothing."""
        if self._handler is not None and self._on_start in self._handler.start_callbacks:
            self._handler.remove_start_callback(self._on_start)
            self._handler.remove_end_callback(self._on_end)

    def _on_start(self, _: Any) -> None:
        self._began_s = perf_counter()

    def _on_end(self, _: Any) -> None:
        if self._began_s is not None:
            self.n += 1
            self.seconds += perf_counter() - self._began_s
            self._began_s = None


def _is_loaded() -> bool:
    return "torch._dynamo.callback" in sys.modules
