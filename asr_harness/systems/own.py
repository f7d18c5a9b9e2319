"""Recognisers of one's own: any object with three methods, made by a factory that is found by name, or asked
over HTTP.
"""

from __future__ import annotations

import importlib
import inspect
import traceback
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from asr_harness.errors import ModelError, UnavailableError, near
from asr_harness.paths import folder_at
from asr_harness.systems import http
from asr_harness.systems.answers import as_number, method_of, name_of
from asr_harness.systems.base import Pass, StageContext, System, Transcription, untimed
from asr_harness.systems.runtime import split
from asr_harness.systems.variant import OF_MEASURING, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from importlib.metadata import EntryPoint

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.variant import Variant

Told = TypeVar("Told")

ENTRY_POINT_GROUPS = ("asr_harness.transcribers", "asr_harness.systems")
"""The first is the older name; where both have one of a name, the second's is meant."""

STAGE_METHODS = ("preprocess", "encode", "decode")


class Transcriber(Protocol):
    """What an object has to have; what else a `System` tells, it may have, too."""

    def preprocess(self, audio: Sequence[Samples]) -> Any:
        """Turn a batch of recordings into model inputs on the device."""

    def encode(self, features: Any) -> Any:
        """Run the acoustic encoder."""

    def decode(self, encoded: Any) -> Transcription:
        """Turn what the encoder gave into text."""


class OwnSystem(System):
    """Hands every call to an object of one's own, and asks it for what else it can tell."""

    def __init__(self, own: Transcriber) -> None:
        self.own = own
        self._takes_stage = hasattr(own, "stage")

    @property
    def stage(self) -> StageContext:
        """What times the stages, if the object has a `stage` to be told by."""
        return self.own.stage if self._takes_stage else untimed  # type: ignore[attr-defined]

    @stage.setter
    def stage(self, stage: StageContext) -> None:
        if self._takes_stage:
            self.own.stage = stage  # type: ignore[attr-defined]

    @property
    def implementation(self) -> object:
        """The object itself."""
        return self.own

    def preprocess(self, audio: Sequence[Samples]) -> Any:
        """Turn a batch of recordings into model inputs on the device."""
        return self.own.preprocess(audio)

    def encode(self, features: Any) -> Any:
        """Run the acoustic encoder."""
        return self.own.encode(features)

    def decode(self, encoded: Any) -> Transcription:
        """Turn what the encoder gave into text."""
        return self.own.decode(encoded)

    def set_language(self, language: str | None) -> None:
        """Tell the object, if it has such a method."""
        self._ask("set_language", language)

    @property
    def decoding(self) -> Mapping[str, Any] | None:
        """The object's `decoding`."""
        return self._told("decoding", Mapping)  # type: ignore[type-abstract]

    @property
    def dtype(self) -> str | None:
        """The object's `dtype`, by name."""
        return self._told("dtype", str)

    @property
    def weights_fingerprint(self) -> str | None:
        """The object's `weights_fingerprint`."""
        return self._told("weights_fingerprint", str)

    def weights(self) -> tuple[int, int] | None:
        """Ask the object, if it has such a method."""
        answer = self._ask("weights")
        if answer is None:
            return None
        where = f"{name_of(self)}: weights"
        if not isinstance(answer, list | tuple) or len(answer) != 2:  # noqa: PLR2004 - parameters and bytes
            raise ModelError(f"{where} gave {answer!r}; it gives the number of parameters, and their bytes")
        n_parameters, n_bytes = (as_number(value, where) for value in answer)
        if n_parameters is None or n_bytes is None:
            raise ModelError(
                f"{where} gave {answer!r}; it gives both numbers, or None for what it cannot tell"
            )
        return int(n_parameters), int(n_bytes)

    def passes_recorded(self) -> AbstractContextManager[list[Pass]] | None:
        """Ask the object, if it has such a method."""
        return cast("AbstractContextManager[list[Pass]] | None", self._ask("passes_recorded"))

    def flops(self, network_pass: Pass) -> float | None:
        """Ask the object, if it has such a method."""
        return as_number(self._ask("flops", network_pass), f"{name_of(self)}: flops")

    def moved_bytes(self, network_pass: Pass) -> float | None:
        """Ask the object, if it has such a method."""
        return as_number(self._ask("moved_bytes", network_pass), f"{name_of(self)}: moved_bytes")

    def _told(self, name: str, kind: type[Told]) -> Told | None:
        value = getattr(self.own, name, None)
        if value is None or isinstance(value, kind):
            return value
        raise ModelError(f"{name_of(self)} has {name} {value!r}; it is a {kind.__name__}, or None")

    def _ask(self, name: str, *arguments: object) -> object:
        method = getattr(self.own, name, None)
        return method(*arguments) if callable(method) else None


def is_own(source: str) -> bool:
    """Tell whether a source is a system of one's own: an entry point's name, or `module:function`.

    A folder that exists is a checkpoint, with a colon in its path or without; what a runtime's name begins
    is that runtime's.
    """
    if folder_at(source):
        return source in own_names()
    if split(source):
        return False
    return ":" in source or source in own_names()


def own_names() -> tuple[str, ...]:
    """List the systems that installed packages offer by entry point."""
    return tuple(sorted(_entry_points()))


def find_factory(source: str) -> Callable[..., Transcriber]:
    """Import what makes a system of one's own; raises ModelError where that fails, whatever it raised."""
    if http.is_url(source):
        return http.factory(source)
    module, _, function = source.partition(":")
    try:
        factory = getattr(import_module(module), function) if function else _entry_points()[source].load()
    except Exception as error:
        raise ModelError(f"cannot import the transcriber {source!r}: {_what(error)}") from error
    if not callable(factory):
        raise ModelError(
            f"{source!r} is a {type(factory).__name__}; name a function that takes `device` and makes your "
            "recogniser"
        )
    _check_takes_device(source, factory)
    return cast("Callable[..., Transcriber]", factory)


def _what(error: Exception) -> str:
    """Say what went wrong, and the line of one's own code where it did."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {error.msg}"
    text = str(error)
    if isinstance(error, AttributeError) and error.name and hasattr(error.obj, "__dict__"):
        text += near(error.name, vars(error.obj))
    if not isinstance(error, ImportError | AttributeError):
        text = f"{type(error).__name__}: {text}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in (__file__, importlib.__file__) and not frame.filename.startswith("<frozen")
    ]
    return f"{text} ({frames[-1].filename}:{frames[-1].lineno})" if frames else text


def load_own(source: str, *, device: str, variant: Variant) -> System:
    """Make a system of one's own; a `System` is taken as it is, any other object is wrapped.

    Raises ModelError where it lacks a stage, UnavailableError where its factory does not know a setting.
    """
    factory = find_factory(source)
    settings = {name: value for name, value in variant.settings().items() if name not in OF_MEASURING}
    _check_settings(source, factory, settings)
    own = factory(device=device, **settings)
    missing = [stage for stage in STAGE_METHODS if not callable(getattr(own, stage, None))]
    if missing:
        raise ModelError(
            f"{source!r} returned a {type(own).__name__} without {', '.join(missing)}; return an object with "
            f"the methods {', '.join(STAGE_METHODS)}"
        )
    system = own if isinstance(own, System) else OwnSystem(own)
    for stage in STAGE_METHODS:
        _check_takes_one(system, stage)
    return system


def _signature(called: Callable[..., object]) -> inspect.Signature | None:
    """Give what a call takes; None for what is written in C and may not tell."""
    try:
        return inspect.signature(called)
    except (TypeError, ValueError):
        return None


def _check_takes_one(system: System, stage: str) -> None:
    """Raise ModelError unless a stage can be called with what the stage before it gave."""
    signature = _signature(getattr(system.implementation, stage))
    if signature is None:
        return
    try:
        signature.bind(None)
    except TypeError as error:
        due = "a list of recordings" if stage == STAGE_METHODS[0] else "what the stage before returned"
        raise ModelError(
            f"{method_of(system, stage)} is called with {due}, and takes {signature}: {error}; "
            f"write def {stage}(self, x)"
        ) from error


def _check_takes_device(source: str, factory: Callable[..., object]) -> None:
    """Raise ModelError unless `factory(device=…)` is a call that it takes."""
    signature = _signature(factory)
    if signature is None:
        return
    try:
        signature.bind(device="cpu")
    except TypeError as error:
        name = source.rpartition(":")[2]
        head = "__init__(self, " if inspect.isclass(factory) else f"{name}("
        raise ModelError(
            f"{source!r} is called as {name}(device='cpu') and with the settings of a variant, but is "
            f"{name}{signature}: {error}; write def {head}*, device, **variant), and give what else it "
            "takes a default"
        ) from error


def _check_settings(source: str, factory: Callable[..., object], settings: Mapping[str, object]) -> None:
    signature = _signature(factory)
    if signature is None:
        return
    taken = signature.parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken):
        return
    names = [parameter.name for parameter in taken if parameter.kind is not parameter.POSITIONAL_ONLY]
    unknown = {name: value for name, value in settings.items() if name not in names}
    if unknown:
        known = ", ".join(name for name in names if name != "device") or "no settings"
        raise UnavailableError(f"{source} does not know {as_text(unknown)}; it knows {known}")


def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for group in ENTRY_POINT_GROUPS for point in entry_points(group=group)}
