"""How a system is run: the settings that several systems know, typed, and those of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from asr_harness.errors import GridError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DTYPES = ("float32", "float16", "bfloat16", "float8", "int8", "int4")
"""The names of arithmetic; which of them a system computes in, it says itself."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The settings that a system is run with; as it stands it is `baseline`: fp32, sdpa, greedy.

    `beams` is the beam width, 1 for greedy; `max_new_tokens` caps the tokens of each window. Of the encoder,
    `prune_encoder` is the share of heads and feed-forward channels that are cut out, `sparse_encoder` that of
    the weights set to zero, the smallest first, anywhere or two of four. The strides keep every n-th layer.
    `stopping` ends loops: `repetition` stops at one, `fallback` decodes anew by Whisper's own thresholds.
    `prompt_lookup` is how many tokens are guessed from those before. `audio_context` is the whole window, or
    the clip alone; `long_form` says whether windows wait for the words of those before. `checkpoint` is
    loaded in place of the model's own, `distilled` meaning the usual one; `assistant` drafts what the model
    checks, `auto` meaning the usual one. `vad` names what leaves silence out before anything is heard. `own`
    holds the settings that only one's own system knows. `explicit` names what was given, be it the default.
    Raises GridError for a value that is of the wrong type or unknown.
    """

    dtype: str = "float32"
    attention: str = "sdpa"
    beams: int = 1
    max_new_tokens: int | None = None
    quantisation: str | None = None
    compile_encoder: bool = False
    compile_decoder: bool = False
    prune_encoder: float = 0.0
    sparse_encoder: float = 0.0
    sparsity: str = "free"
    encoder_stride: int = 1
    decoder_stride: int = 1
    stopping: str | None = None
    cache: str = "dynamic"
    prompt_lookup: int | None = None
    audio_context: str = "window"
    long_form: str = "sequential"
    batching: str = "length"
    checkpoint: str | None = None
    assistant: str | None = None
    vad: str | None = None
    own: Mapping[str, object] = field(default_factory=dict, hash=False)
    explicit: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def __post_init__(self) -> None:
        for name, (accepts, kind) in _CHECKS.items():
            value = getattr(self, name)
            if not accepts(value):
                raise GridError(f"a variant's {name} is {value!r}; it has to be {kind}")

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Variant:
        """Take the plain settings of a grid; those that have no field here are one's own."""
        known = {name: value for name, value in settings.items() if name in SETTINGS}
        own = {name: value for name, value in settings.items() if name not in SETTINGS}
        return cls(**known, own=own, explicit=frozenset(known))  # type: ignore[arg-type]  # checked when made

    @property
    def compiles(self) -> bool:
        """Whether any part is compiled, so that a first pass is no measure of a round."""
        return self.compile_encoder or self.compile_decoder

    def settings(self) -> Mapping[str, object]:
        """Give plain settings: what differs from `baseline`, and what was given.

        A default that was given stays: one's own system may have another.
        """
        return {
            name: value for name, value in self._all().items() if name in self.explicit or self._differs(name)
        }

    def unknown_to(self, known: frozenset[str]) -> Mapping[str, object]:
        """Give the settings that differ from `baseline` and are not among those that a family knows."""
        known |= OF_MEASURING
        return {
            name: value for name, value in self._all().items() if name not in known and self._differs(name)
        }

    def _all(self) -> Mapping[str, object]:
        return {**{name: getattr(self, name) for name in SETTINGS}, **self.own}

    def _differs(self, name: str) -> bool:
        return name in self.own or getattr(self, name) != getattr(BASELINE, name)


def as_text(settings: Mapping[str, object]) -> str:
    """Write settings as a call has them."""
    return ", ".join(f"{name}={value!r}" for name, value in settings.items())


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_CHECKS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "dtype": (lambda value: value in DTYPES, f"one of {', '.join(DTYPES)}"),
    "attention": (lambda value: isinstance(value, str), "text"),
    "beams": (_is_count, "a whole number above 0"),
    "max_new_tokens": (lambda value: value is None or _is_count(value), "a whole number above 0, or None"),
    "quantisation": (lambda value: isinstance(value, str | None), "text, or None"),
    "compile_encoder": (lambda value: isinstance(value, bool), "True or False"),
    "compile_decoder": (lambda value: isinstance(value, bool), "True or False"),
    "prune_encoder": (_is_share, "a share from 0 to below 1"),
    "sparse_encoder": (_is_share, "a share from 0 to below 1"),
    "sparsity": (lambda value: value in ("free", "2:4"), "free or 2:4"),
    "encoder_stride": (_is_count, "a whole number above 0"),
    "decoder_stride": (_is_count, "a whole number above 0"),
    "stopping": (lambda value: value in (None, "repetition", "fallback"), "repetition, fallback, or None"),
    "cache": (lambda value: value in ("dynamic", "static"), "dynamic or static"),
    "prompt_lookup": (lambda value: value is None or _is_count(value), "a whole number above 0, or None"),
    "audio_context": (lambda value: value in ("window", "clip"), "window or clip"),
    "long_form": (lambda value: value in ("sequential", "chunked"), "sequential or chunked"),
    "batching": (lambda value: value in ("length", "arrival"), "length or arrival"),
    "checkpoint": (lambda value: isinstance(value, str | None), "distilled, a hub id or a folder"),
    "assistant": (lambda value: isinstance(value, str | None), "auto, a hub id or a folder"),
    "vad": (lambda value: value in (None, "silero"), "silero, or None"),
}

OF_MEASURING = frozenset({"batching", "checkpoint", "vad"})
"""Settings of how a slice is handed over, and of what is loaded, which no system has to know."""

OF_ENCODER = frozenset({"prune_encoder", "sparse_encoder", "sparsity", "encoder_stride"})
"""Settings that make an encoder smaller."""

SETTINGS = tuple(part.name for part in fields(Variant) if part.name not in ("own", "explicit"))
"""The names of the settings that have a field."""

BASELINE = Variant()
