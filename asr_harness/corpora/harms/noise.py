"""White noise at a signal-to-noise ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.harms.base import Harm, mixed_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples


def apply(samples: Samples, level: float, random: np.random.Generator, _: Sequence[Samples]) -> Samples:
    """Add Gaussian noise; `level` is the ratio in dB."""
    return mixed_at(samples, random.standard_normal(len(samples), dtype=np.float32), level)


HARM = Harm("noise", "white noise at an SNR", apply, unit="db", levels=(-20.0, 60.0))
