"""The headers of safetensors files: what they hold, without reading it.

Format: 8 bytes of length N, little-endian; N bytes of JSON; then the tensors' bytes.
Source: https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from asr_harness.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Shape = tuple[int, ...]

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 100_000_000
"""The format's own limit."""


def shapes(file: Path) -> Mapping[str, Shape]:
    """Read the shape of each tensor; raises ModelError where the file is no such file, or is cut short."""
    try:
        header, n_bytes = _header(file)
        ends = [entry["data_offsets"][1] for entry in header.values()]
        shapes = {name: tuple(entry["shape"]) for name, entry in header.items()}
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file} is no safetensors file, or is damaged ({error}); fetch it again") from error
    if max(ends, default=0) != n_bytes:
        raise ModelError(
            f"{file} holds {n_bytes} bytes of weights where its header counts {max(ends, default=0)}: "
            "it was cut short, or written to; fetch it again"
        )
    return shapes


def _header(file: Path) -> tuple[dict[str, Any], int]:
    with file.open("rb") as stream:
        size = int.from_bytes(stream.read(LENGTH_BYTES), "little")
        if not 0 < size <= min(MAX_HEADER_BYTES, file.stat().st_size - LENGTH_BYTES):
            raise ValueError("its header is missing or too long")
        header = json.loads(stream.read(size))
    header.pop("__metadata__", None)
    return header, file.stat().st_size - LENGTH_BYTES - size
