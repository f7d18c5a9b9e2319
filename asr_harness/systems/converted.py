"""What a system on a converted checkpoint can tell of itself."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from asr_harness.systems.base import System
from asr_harness.systems.checkpoints import weight_files
from asr_harness.systems.hf import headers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.conversions import Conversion


class ConvertedSystem(System):
    """A checkpoint in another engine's format. Its passes and their FLOPs are the engine's own secret: None.

    `identity` is of the conversion: its files and arithmetic, which decide what is decoded.
    """

    identity: Mapping[str, str]
    _weights_fingerprint: str
    _dtype: str
    _weights: tuple[int, int]

    def holds(self, conversion: Conversion, checkpoint: Checkpoint, arithmetic: str, *files: Path) -> None:
        """Note what was loaded: `files` hold the weights, computed with in `arithmetic`."""
        self.identity = {"conversion": conversion.fingerprint, "arithmetic": arithmetic}
        self._weights_fingerprint = conversion.weights_fingerprint
        self._dtype = arithmetic
        self._weights = n_parameters(checkpoint), sum(file.stat().st_size for file in files)

    @property
    def weights_fingerprint(self) -> str:
        """What identifies the checkpoint's weights, as before the conversion."""
        return self._weights_fingerprint

    @property
    def dtype(self) -> str:
        """Name of the arithmetic, as the engine has it."""
        return self._dtype

    def weights(self) -> tuple[int, int]:
        """Count the checkpoint's parameters, and the bytes of the converted weights."""
        return self._weights


def n_parameters(checkpoint: Checkpoint) -> int:
    """Count the parameters in a checkpoint's safetensors, by their headers alone."""
    files = weight_files(checkpoint.path) if checkpoint.path else []
    return sum(prod(shape) for file in files for shape in headers.shapes(file).values())
