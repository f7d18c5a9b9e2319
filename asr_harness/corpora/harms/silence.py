"""Digital silence of the same length: whatever is heard was made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.harms.base import Harm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples


def apply(samples: Samples, _: float, __: np.random.Generator, ___: Sequence[Samples]) -> Samples:
    """Give zeros."""
    return np.zeros_like(samples)


HARM = Harm("silence", "nothing at all, and no words", apply, default=0.0, keeps_words=False)
