"""Systems: recognisers with their runtime, checkpoint and variant; and the way to one that is loaded."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from asr_harness import devices
from asr_harness.counting import listed
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.languages import ENGLISH
from asr_harness.registry import Registry
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.base import Pass, StageContext, System, Transcription, untimed
from asr_harness.systems.checkpoints import Checkpoint, find_architecture, find_pretrained
from asr_harness.systems.hf.family import Family
from asr_harness.systems.kin import kin_of
from asr_harness.systems.own import find_factory, is_own, load_own, own_names
from asr_harness.systems.runtime import RUNTIMES, Runtime, split
from asr_harness.systems.speech_only import SpeechOnly
from asr_harness.systems.variant import BASELINE, Variant

if TYPE_CHECKING:
    from asr_harness.systems.cost import Cost

__all__ = [
    "BASELINE", "FAMILIES", "RUNTIMES", "WEIGHTS", "Checkpoint", "Family", "LoadedSystem", "Pass", "Runtime",
    "StageContext", "System", "Transcription", "Variant", "Weights", "architectures", "check_checkpoint",
    "check_lengths", "estimate_cost", "find_checkpoint", "find_factory", "find_family", "is_own", "load",
    "own_names", "untimed",
]  # fmt: skip

Weights = Literal["pretrained", "dummy"]
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
WEIGHTS: tuple[Weights, ...] = ("pretrained", "dummy")

FAMILIES: Registry[Family] = Registry(
    "asr_harness.systems.hf",
    "FAMILY",
    Family,  # type: ignore[type-abstract]
    group="asr_harness.families",
)


@dataclass(frozen=True, slots=True)
class LoadedSystem:
    """A system that is ready to run, and what identifies it."""

    system: System
    family: str
    weights_fingerprint: str | None
    decoding_fingerprint: str
    is_dummy: bool


def find_checkpoint(source: str, weights: Weights, *, allow_pickle: bool = False) -> Checkpoint:
    """Find what is needed to load `source`, a hub id or a folder.

    Raises ModelError where the checkpoint is absent or belongs to no family.
    """
    checkpoint = (
        find_pretrained(source, allow_pickle=allow_pickle)
        if weights == "pretrained"
        else find_architecture(source, architectures())
    )
    find_family(checkpoint)
    return checkpoint


def check_checkpoint(
    source: str, weights: Weights, *, allow_pickle: bool = False, language: str | None = None
) -> None:
    """Raise ModelError unless the checkpoint is there, whole, and of the language; loads nothing.

    Raises UnavailableError where its runtime is not there.
    """
    if by := split(source):
        runtime, source = by
        runtime.check(find_checkpoint(source, weights))
    checkpoint = find_checkpoint(source, weights, allow_pickle=allow_pickle)
    family = find_family(checkpoint)
    family.check_whole(checkpoint)
    if not checkpoint.is_dummy:
        family.check_language(checkpoint, language)


def load(
    source: str,
    *,
    device: str,
    weights: Weights,
    variant: Variant = BASELINE,
    allow_pickle: bool = False,
    language: str | None = None,
) -> LoadedSystem:
    """Load a system on `device`, to transcribe `language`; None is not known.

    Raises ModelError where it cannot be found, UnavailableError where this machine, or the system, cannot run
    as the variant says.
    """
    devices.get(device).check()
    if variant.checkpoint is not None:
        return _load_other(source, device, weights, variant, language)
    if by := split(source):
        return _load_by(*by, source, device=device, weights=weights, variant=variant)
    if is_own(source):
        return _load_own(source, device=device, variant=variant, language=language)
    checkpoint = find_checkpoint(source, weights, allow_pickle=allow_pickle)
    family, settings = find_family(checkpoint), variant.settings()
    family.check(variant, source)
    _quieten_transformers()
    try:
        system = family.load(checkpoint, device=device, variant=variant)
    except (ImportError, ValueError) as error:
        raise UnavailableError(
            f"{source} cannot run with {settings or 'no settings'} on {device}: {error}"
        ) from error
    system.source = source
    if not checkpoint.is_dummy:
        system.set_language(language)
    decoding = {"variant": settings, "weights": weights, "generation": system.decoding}
    return LoadedSystem(
        _hearing(system, variant),
        family.name,
        system.weights_fingerprint,
        _fingerprint(decoding),
        checkpoint.is_dummy,
    )


def check_lengths(
    source: str, weights: Weights, n_samples: Mapping[str, int], *, allow_pickle: bool = False
) -> None:
    """Raise ModelError that names each recording, by id, which is too short for the network.

    A system of one's own says nothing of it.
    """
    if is_own(source):
        return
    by = split(source)
    checkpoint = find_checkpoint(by[1] if by else source, weights, allow_pickle=allow_pickle)
    least = find_family(checkpoint).shortest_samples(checkpoint)
    short = [f"{name} ({n} samples)" for name, n in n_samples.items() if n < least]
    if short:
        raise ModelError(
            f"{source} needs {least} samples ({1e3 * least / SAMPLE_RATE_HZ:.0f} ms) of a recording, "
            f"and these are shorter: {listed(short)}; let the bucket begin above that "
            "(--asr-buckets NAME=LOW-HIGH), or leave the model out"
        )


def estimate_cost(
    source: str, *, weights: Weights, batch_size: int, audio_s: float, variant: Variant = BASELINE
) -> Cost:
    """Estimate what one batch costs, from the architecture alone; see the family's `cost`.

    Raises ModelError where the checkpoint is absent, UnavailableError for a system of one's own, and for a
    variant that the family does not know.
    """
    if by := split(source):
        runtime, source = by
        runtime.check(find_checkpoint(source, weights), variant)
        variant = Variant(beams=variant.beams)
    if variant.checkpoint is not None:
        source = kin_of("checkpoint", variant.checkpoint, source)
    if is_own(source):
        raise UnavailableError(f"{source} is a transcriber of your own: its cost cannot be estimated")
    checkpoint = replace(find_checkpoint(source, weights, allow_pickle=True), path=None)
    family = find_family(checkpoint)
    family.check(variant, source)
    return family.cost(checkpoint, batch_size=batch_size, audio_s=audio_s, variant=variant)


def find_family(checkpoint: Checkpoint) -> Family:
    """Find the family whose `model_types` hold the checkpoint's; raises ModelError where there is none."""
    known = {model_type: family for family in FAMILIES.all().values() for model_type in family.model_types}
    if checkpoint.model_type not in known:
        raise ModelError(
            f"{checkpoint.name!r} has model_type {checkpoint.model_type!r}; known are "
            f"{', '.join(sorted(known))}. Add a file for it to asr_harness/systems/hf, "
            "or give your own transcriber as module:function"
        )
    return known[checkpoint.model_type]


def architectures() -> Mapping[str, Mapping[str, Any]]:
    """Collect the configurations that ship with the families, by hub id."""
    return {
        name: config for family in FAMILIES.all().values() for name, config in family.architectures.items()
    }


def _load_own(source: str, *, device: str, variant: Variant, language: str | None) -> LoadedSystem:
    system = load_own(source, device=device, variant=variant)
    system.source = source
    system.set_language(language)
    decoding = {"source": source, "variant": variant.settings(), "decoding": system.decoding}
    if language not in (None, ENGLISH):  # which was the only one before there were languages
        decoding["language"] = language
    system = _hearing(system, variant)
    return LoadedSystem(system, "custom", system.weights_fingerprint, _fingerprint(decoding), is_dummy=False)


def _load_by(
    runtime: Runtime, name: str, source: str, *, device: str, weights: Weights, variant: Variant
) -> LoadedSystem:
    checkpoint = find_checkpoint(name, weights)
    runtime.check(checkpoint, variant)
    _quieten_transformers()
    system = runtime.load(checkpoint, device=device, variant=variant)
    system.source = source
    decoding = {"runtime": runtime.versions, "variant": variant.settings(), "decoding": system.decoding}
    return LoadedSystem(
        _hearing(system, variant),
        runtime.name,
        system.weights_fingerprint,
        _fingerprint(decoding),
        is_dummy=False,
    )


def _load_other(
    source: str, device: str, weights: Weights, variant: Variant, language: str | None
) -> LoadedSystem:
    """Load the checkpoint that the variant names in place of the model's own."""
    name = kin_of("checkpoint", variant.checkpoint or "", source)
    try:
        return load(
            name, device=device, weights=weights, variant=replace(variant, checkpoint=None), language=language
        )
    except ModelError as error:
        raise UnavailableError(f"{source} cannot run with checkpoint={name!r}: {error}") from error


def _hearing(system: System, variant: Variant) -> System:
    return system if variant.vad is None else SpeechOnly(system)


def _quieten_transformers() -> None:
    # `generate` warns of Whisper's own way of calling it; nothing there is the user's to mend.
    from transformers.utils import logging

    logging.get_logger("transformers.generation.utils").setLevel(logging.ERROR)
    logging.get_logger("transformers.generation.configuration_utils").setLevel(logging.ERROR)
    logging.disable_progress_bar()


def _fingerprint(settings: Mapping[str, Any]) -> str:
    text = json.dumps(_plain(settings), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _plain(value: Any) -> Any:
    """Give a setting as JSON has it, the same in every process: objects without their address in memory."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(str(_plain(item)) for item in value)
    if value is None or isinstance(value, str | int | float):
        return value
    return _ADDRESS.sub("", str(value))
