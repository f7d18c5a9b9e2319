"""CTranslate2's own converter, and the arithmetic that it can do; for the runtimes that are built on it."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from asr_harness.errors import UnavailableError
from asr_harness.systems.conversions import Conversion, converted

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.variant import Variant

COMPUTE_TYPES = {
    "float32": "float32",
    "float16": "float16",
    "bfloat16": "bfloat16",
    "int8_float32": "int8",
    "int8_float16": "int8_float16",
    "int8_bfloat16": "int8_bfloat16",
}
"""Each arithmetic, with the format that the weights are stored in."""

COPIED = ("tokenizer.json", "preprocessor_config.json")
"""What faster-whisper reads beside the weights."""


def compute_type(variant: Variant, device: str) -> str:
    """Name the arithmetic of a variant; raises UnavailableError where the device, or nobody, can do it."""
    import ctranslate2

    if variant.quantisation not in (None, "int8"):
        raise UnavailableError(f"ctranslate2 has no quantisation {variant.quantisation!r}; it has int8")
    name = variant.dtype if variant.quantisation is None else f"int8_{variant.dtype}"
    kind, _, index = device.partition(":")
    try:
        can = ctranslate2.get_supported_compute_types(kind, int(index or 0))
    except (RuntimeError, ValueError) as error:
        raise UnavailableError(f"ctranslate2 cannot run on {device}: {error}") from error
    if name not in COMPUTE_TYPES or name not in can:
        raise UnavailableError(f"ctranslate2 computes on {device} in {', '.join(sorted(can))}, not in {name}")
    return name


def to_ctranslate2(checkpoint: Checkpoint, quantisation: str) -> Conversion:
    """Give the checkpoint in CTranslate2's format, converted once."""
    return converted(
        checkpoint,
        converter=f"{__name__}:convert",
        versions={"ctranslate2": version("ctranslate2")},
        settings={"quantization": quantisation},
    )


def convert(source: Path, target: Path, quantization: str) -> None:
    """Run CTranslate2's converter.

    Source: https://opennmt.net/CTranslate2/python/ctranslate2.converters.TransformersConverter.html
    """
    from ctranslate2.converters import TransformersConverter

    beside = [name for name in COPIED if (source / name).exists()]
    TransformersConverter(str(source), copy_files=beside).convert(
        str(target), quantization=quantization, force=True
    )
