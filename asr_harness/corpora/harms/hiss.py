"""White noise alone, in the place of the speech: whatever is heard was made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.harms.base import Harm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples


def apply(samples: Samples, level: float, random: np.random.Generator, _: Sequence[Samples]) -> Samples:
    """Give Gaussian noise whose RMS is `level` dB over full scale: -26 is a sigma of 0.05."""
    noise = random.standard_normal(len(samples), dtype=np.float32)
    return (10 ** (level / 20) * noise).astype(np.float32)


HARM = Harm(
    "hiss",
    "white noise without speech, in dB over full scale",
    apply,
    unit="db",
    levels=(-90.0, -3.0),
    default=-26.0,
    keeps_words=False,
)
