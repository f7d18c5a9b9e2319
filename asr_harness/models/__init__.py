"""Model families, one file per Hugging Face `model_type`, and the way to a loaded transcriber."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Literal, cast

from asr_harness import devices
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.models.checkpoints import Checkpoint, find_architecture, find_pretrained

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from asr_harness.models.cost import Cost
    from asr_harness.types import Transcriber

Weights = Literal["pretrained", "dummy"]
WEIGHTS: tuple[Weights, ...] = ("pretrained", "dummy")
ENTRY_POINT_GROUP = "asr_harness.transcribers"


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A transcriber that is ready to run, and what identifies it."""

    transcriber: Transcriber
    family: str
    weights_fingerprint: str | None
    decoding_fingerprint: str
    is_dummy: bool


def is_custom(source: str) -> bool:
    """Tell whether a source is one's own transcriber: an entry point's name, or `module:function`."""
    return ":" in source or source in custom_names()


def custom_names() -> tuple[str, ...]:
    """List the transcribers that installed packages offer by entry point."""
    return tuple(sorted(point.name for point in entry_points(group=ENTRY_POINT_GROUP)))


def find_checkpoint(source: str, weights: Weights) -> Checkpoint:
    """Find what is needed to load `source`, a hub id or a folder.

    Raises ModelError where the checkpoint is absent or belongs to no family.
    """
    checkpoint = (
        find_pretrained(source) if weights == "pretrained" else find_architecture(source, architectures())
    )
    find_family(checkpoint)
    return checkpoint


def load(source: str, *, device: str, weights: Weights, **variant: Any) -> LoadedModel:
    """Load a model on `device`, run as `variant` says (see the family's `load` for its settings).

    Raises ModelError where it cannot be found, UnavailableError where this machine cannot run it so.
    """
    devices.get(device).check()
    if is_custom(source):
        return _load_custom(source, device=device, **variant)
    checkpoint = find_checkpoint(source, weights)
    family = find_family(checkpoint)
    _quieten_transformers()
    try:
        transcriber = family.load(checkpoint, device=device, **variant)
    except (ImportError, ValueError) as error:
        raise UnavailableError(
            f"{source} cannot run with {variant or 'no settings'} on {device}: {error}"
        ) from error
    decoding = {"variant": variant, "weights": weights, "generation": transcriber.decoding}
    return LoadedModel(
        transcriber,
        _short_name(family),
        checkpoint.weights_fingerprint(),
        _fingerprint(decoding),
        checkpoint.is_dummy,
    )


def estimate_cost(source: str, *, weights: Weights, batch_size: int, audio_s: float, **variant: Any) -> Cost:
    """Estimate what one batch costs, from the architecture alone; see the family's `cost`.

    Raises ModelError where the checkpoint is absent, UnavailableError for one's own transcriber.
    """
    if is_custom(source):
        raise UnavailableError(f"{source} is a transcriber of your own: its cost cannot be estimated")
    checkpoint = replace(find_checkpoint(source, weights), path=None)
    cost: Cost = find_family(checkpoint).cost(checkpoint, batch_size=batch_size, audio_s=audio_s, **variant)
    return cost


def find_family(checkpoint: Checkpoint) -> ModuleType:
    """Find the module whose `MODEL_TYPES` holds the checkpoint's; raises ModelError where there is none."""
    known = {model_type: family for family in families() for model_type in family.MODEL_TYPES}
    if checkpoint.model_type not in known:
        raise ModelError(
            f"{checkpoint.name!r} has model_type {checkpoint.model_type!r}; known are "
            f"{', '.join(sorted(known))}. Add a file for it to asr_harness/models, "
            "or give your own transcriber as module:function"
        )
    return known[checkpoint.model_type]


def families() -> tuple[ModuleType, ...]:
    """Import every module of this package that declares `MODEL_TYPES`."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return tuple(module for module in modules if hasattr(module, "MODEL_TYPES"))


def architectures() -> Mapping[str, Mapping[str, Any]]:
    """Collect the configurations that ship with the families, by hub id."""
    return {name: config for family in families() for name, config in family.ARCHITECTURES.items()}


def find_factory(source: str) -> Callable[..., Transcriber]:
    """Import what makes a transcriber of one's own; raises ModelError where that fails."""
    module, _, function = source.partition(":")
    try:
        if not function:
            return cast("Callable[..., Transcriber]", entry_points(group=ENTRY_POINT_GROUP)[source].load())
        return cast("Callable[..., Transcriber]", getattr(import_module(module), function))
    except (ImportError, AttributeError) as error:
        raise ModelError(f"cannot import the transcriber {source!r}: {error}") from error


def _load_custom(source: str, *, device: str, **variant: Any) -> LoadedModel:
    transcriber = find_factory(source)(device=device, **variant)
    missing = [stage for stage in ("preprocess", "encode", "decode") if not hasattr(transcriber, stage)]
    if missing:
        raise ModelError(f"{source!r} made a {type(transcriber).__name__} without {', '.join(missing)}")
    return LoadedModel(
        transcriber,
        "custom",
        getattr(transcriber, "weights_fingerprint", None),
        _fingerprint(
            {"source": source, "variant": variant, "decoding": getattr(transcriber, "decoding", None)}
        ),
        is_dummy=False,
    )


def _quieten_transformers() -> None:
    # `generate` warns of Whisper's own way of calling it; nothing there is the user's to mend.
    from transformers.utils import logging

    logging.get_logger("transformers.generation.utils").setLevel(logging.ERROR)
    logging.get_logger("transformers.generation.configuration_utils").setLevel(logging.ERROR)
    logging.disable_progress_bar()


def _short_name(family: ModuleType) -> str:
    return family.__name__.rpartition(".")[2]


def _fingerprint(settings: Mapping[str, Any]) -> str:
    text = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
