"""Speed: the recording played faster or slower, pitch and all, as in Kaldi's speed perturbation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.harms.base import Harm
from asr_harness.schema.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples


def apply(samples: Samples, level: float, _: np.random.Generator, __: Sequence[Samples]) -> Samples:
    """Play at `level` times the speed, resampled by soxr (Ko et al., Interspeech 2015)."""
    import soxr

    return np.asarray(soxr.resample(samples, SAMPLE_RATE_HZ * level, SAMPLE_RATE_HZ, quality="VHQ"))


HARM = Harm("speed", "times the speed", apply, unit="x", levels=(0.5, 2.0))
