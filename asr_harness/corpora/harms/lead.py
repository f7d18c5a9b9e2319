"""Seconds of digital silence before the speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.harms.base import Harm
from asr_harness.schema.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples


def apply(samples: Samples, level: float, _: np.random.Generator, __: Sequence[Samples]) -> Samples:
    """Put `level` seconds of zeros before it."""
    return np.pad(samples, (round(level * SAMPLE_RATE_HZ), 0))


HARM = Harm("lead", "seconds of silence before the speech", apply, unit="s", levels=(0.1, 60.0), default=3.0)
