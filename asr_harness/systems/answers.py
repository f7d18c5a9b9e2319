"""What a system gives back, checked at once: the number of texts, their type, and what can be saved."""

from __future__ import annotations

import inspect
from math import isfinite
from numbers import Integral, Real
from pathlib import PurePath
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.errors import ModelError
from asr_harness.systems.base import Pass, Transcription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.systems.base import System

MAX_SHOWN = 60


def checked(answer: object, n_audio: int, system: System) -> Transcription:
    """Give the transcription of `n_audio` recordings in plain Python values; the clock has to be stopped.

    Scalars and arrays of numpy and of tensors become what they hold. Raises ModelError that names the method,
    what it returned for how many recordings, and what it has to return.
    """
    who = f"{method_of(system, 'decode')} returned"
    if not isinstance(answer, Transcription):
        raise ModelError(
            f"{who} {_shown(answer)} for {counted(n_audio, 'recording')}; return "
            "asr_harness.types.Transcription(texts=…), one text per recording, in order"
        )
    texts = _sequence(answer.texts, n_audio, who, "texts", "one text per recording, in order")
    return Transcription(
        tuple(_text(text, f"{who}, as text {n} of {len(texts)},") for n, text in enumerate(texts, start=1)),
        _counts(answer.n_tokens, n_audio, who),
        _seconds(answer, who),
    )


def method_of(system: System, method: str) -> str:
    """Name a method by the file and the class that have it, as in `my_asr.py:Mine.decode`."""
    owner = system.implementation
    function = inspect.unwrap(getattr(owner, method))
    name = getattr(function, "__qualname__", "").rpartition("<locals>.")[2]
    if not name.endswith(f".{method}"):  # such as a lambda's
        name = f"{type(owner).__name__}.{method}"
    code = getattr(function, "__code__", None)
    return f"{PurePath(code.co_filename).name}:{name}" if code else name


def name_of(system: System) -> str:
    """Name a system as it was asked for; one that nobody asked for by name goes by its class."""
    return repr(system.source) if system.source else type(system).__name__


def check_passes(passes: Sequence[object], system: System) -> None:
    """Raise ModelError unless all that a system recorded are passes."""
    for recorded in passes:
        if not isinstance(recorded, Pass):
            raise ModelError(
                f"{name_of(system)}: passes_recorded collected {_shown(recorded)}; "
                "it collects asr_harness.systems.Pass"
            )


def as_number(given: object, where: str) -> float | None:
    """Take a number that a system told, as Python has it; raises ModelError for what is none."""
    value = _plain(given)
    if value is None:
        return None
    if not _is_number(value) or not isfinite(value) or value < 0:  # type: ignore[arg-type,operator]
        raise ModelError(f"{where} gave {_shown(given)}; it gives a number that is not below 0, or None")
    return value if isinstance(value, int | float) else float(value)  # type: ignore[arg-type]


def _sequence(given: object, n_audio: int, who: str, what: str, due: str) -> list[object]:
    held, batch = _plain(given), counted(n_audio, "recording")
    if isinstance(held, str | bytes) or not isinstance(held, list | tuple):
        raise ModelError(
            f"{who} {what} that are {_shown(given)}, for {batch}; return a tuple or a list, "
            f"{due} (what is lazy would do its work after the clock stops)"
        )
    if len(held) != n_audio:
        raise ModelError(f"{who} {counted(len(held), what.removesuffix('s'))} for {batch}; return {due}")
    return list(held)


def _text(text: object, who: str) -> str:
    if not isinstance(text, str):
        raise ModelError(f"{who} {_shown(text)}; a text is a str, '' where nothing was said")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ModelError(
            f"{who} half a surrogate pair at {error.start}, which no file can hold: "
            f"{_shown(text)}; decode its bytes with errors='replace'"
        ) from error
    return str(text)


def _counts(given: object, n_audio: int, who: str) -> tuple[int, ...] | None:
    if given is None:
        return None
    due = "one whole number per recording, in order, or None in place of them all"
    counts = [_plain(count) for count in _sequence(given, n_audio, who, "n_tokens", due)]
    for count in counts:
        is_whole = _is_number(count) and isfinite(count) and count == int(count)  # type: ignore[call-overload,arg-type]
        if not is_whole or count < 0:  # type: ignore[operator]
            raise ModelError(f"{who} n_tokens with {_shown(count)}; return {due}")
    return tuple(int(count) for count in counts)  # type: ignore[call-overload]


def _seconds(answer: Transcription, who: str) -> float | None:
    value = _plain(answer.processed_s)
    if value is None:
        return None
    if not _is_number(value) or not isfinite(value) or value < 0:  # type: ignore[arg-type,operator]
        raise ModelError(
            f"{who} processed_s that is {_shown(answer.processed_s)}; it is None, or the seconds of "
            "audio that the encoder computed on, padding included"
        )
    return float(value)  # type: ignore[arg-type]


def _plain(value: object) -> object:
    """Take numpy's and the tensors' scalars and arrays as the Python values that they hold."""
    tolist = getattr(value, "tolist", None)
    return tolist() if callable(tolist) else value


def _is_number(value: object) -> bool:
    return isinstance(value, Integral | Real) and not isinstance(value, bool)


def _shown(value: object) -> str:
    if value is None:
        return "None"
    kind = type(value).__name__
    if isinstance(value, str | bytes | int | float | bool | list | tuple | dict):
        text = repr(value).encode("ascii", "backslashreplace").decode()
        return f"{kind} {text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + '…'}"
    return f"a {kind}"
