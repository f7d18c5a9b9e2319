"""Clipping: the loudest samples cut to one height, as by a gain that is too high."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.harms.base import Harm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples


def apply(samples: Samples, level: float, _: np.random.Generator, __: Sequence[Samples]) -> Samples:
    """Cut `level` per cent of the samples to the height that just so many exceed."""
    height = float(np.quantile(np.abs(samples), 1 - level / 100)) if len(samples) else 0.0
    return np.clip(samples, -height, height)


HARM = Harm("clip", "per cent of the samples clipped", apply, unit="pct", levels=(0.1, 90.0), default=10.0)
