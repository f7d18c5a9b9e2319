"""Counts the operators that PyTorch dispatches, by stage: the same number in every run of the same code.

Source: `torch.utils._python_dispatch.TorchDispatchMode`, which sees every aten operator after autograd.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from torch.utils._python_dispatch import TorchDispatchMode

from asr_harness.schema.stages import STAGES, StageName

if TYPE_CHECKING:
    from collections.abc import Iterator


class OperatorMeter(TorchDispatchMode):
    """Counts inside a `with` block; operators outside any stage are left out."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.n_operators: dict[StageName, int] = dict.fromkeys(STAGES, 0)
        self._running: list[StageName] = []

    @contextmanager
    def stage(self, name: StageName) -> Iterator[None]:
        """Count what runs inside to `name`; a stage around it rests meanwhile."""
        self._running.append(name)
        try:
            yield
        finally:
            self._running.pop()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Count the operator and let it run."""
        if self._running:
            self.n_operators[self._running[-1]] += 1
        return func(*args, **(kwargs or {}))
