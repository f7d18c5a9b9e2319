"""A runtime that runs checkpoints of Hugging Face by another engine: what its one file has to define.

`RUNTIME:CHECKPOINT` names a system: the runtime's name, a colon, and the checkpoint as anywhere else (a hub
id, a folder, or a model of the grid), as in `faster-whisper:openai/whisper-base`. A folder of that very name
is a checkpoint all the same, and a module of that name gives no transcribers of one's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from asr_harness.errors import ModelError, UnavailableError
from asr_harness.paths import expanded
from asr_harness.registry import Registry
from asr_harness.systems.variant import as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.systems.base import System
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.variant import Variant


class Runtime(ABC):
    """Runs checkpoints of some `model_type`s; a file's `RUNTIME` is one."""

    name: ClassVar[str]
    """As people and saved runs have it."""
    modules: ClassVar[tuple[tuple[str, str], ...]]
    """What it imports, each with the distribution that brings it."""
    extra: ClassVar[str]
    """The extra of this package that installs it."""
    model_types: ClassVar[tuple[str, ...]]
    settings: ClassVar[frozenset[str]]
    """The names of the variant's settings that `load` heeds."""

    @abstractmethod
    def load(self, checkpoint: Checkpoint, *, device: str, variant: Variant) -> System:
        """Load a checkpoint, converted if need be, ready to transcribe on `device`.

        Raises UnavailableError where the machine or the runtime cannot run it so.
        """

    @property
    def versions(self) -> Mapping[str, str | None]:
        """The versions of its distributions; None for one that is not installed."""
        return {name: _version(name) for _, name in self.modules}

    def check(self, checkpoint: Checkpoint, variant: Variant | None = None) -> None:
        """Raise ModelError for a checkpoint that it cannot run, UnavailableError where it is not installed,
        or does not know a setting.
        """
        if checkpoint.is_dummy:
            raise ModelError(
                f"{self.name} converts a checkpoint, and dummy weights are none: run it with "
                "`--asr-weights pretrained`"
            )
        if checkpoint.model_type not in self.model_types:
            raise ModelError(
                f"{checkpoint.name!r} has model_type {checkpoint.model_type!r}; {self.name} runs "
                f"{', '.join(self.model_types)}"
            )
        absent = [name for module, name in self.modules if find_spec(module) is None]
        if absent:
            raise UnavailableError(
                f"{self.name} needs {', '.join(absent)}: pip install 'asr-harness[{self.extra}]'"
            )
        self._check_settings(checkpoint, variant)

    def _check_settings(self, checkpoint: Checkpoint, variant: Variant | None) -> None:
        unknown = variant.unknown_to(self.settings) if variant else {}
        if unknown:
            raise UnavailableError(
                f"{self.name}:{checkpoint.name} cannot run with {as_text(unknown)}; it knows "
                f"{', '.join(sorted(self.settings))}"
            )


RUNTIMES: Registry[Runtime] = Registry(
    "asr_harness.systems.runtimes",
    "RUNTIME",
    Runtime,  # type: ignore[type-abstract]
    group="asr_harness.runtimes",
)


def known() -> Mapping[str, Runtime]:
    """Give every runtime by its name, installed or not."""
    return {runtime.name: runtime for runtime in RUNTIMES.all().values()}


def split(source: str) -> tuple[Runtime, str] | None:
    """Take `RUNTIME:CHECKPOINT` apart; None for a source that names no runtime."""
    name, colon, checkpoint = source.partition(":")
    if not colon or not checkpoint or expanded(source).is_dir():
        return None
    runtime = known().get(name)
    return (runtime, checkpoint) if runtime else None


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
