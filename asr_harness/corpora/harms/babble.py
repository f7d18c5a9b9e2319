"""Other voices at a signal-to-noise ratio: stretches of the slice's other talks, alike in power."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.harms.base import Harm, mixed_at, rms
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples

N_VOICES = 6


def apply(samples: Samples, level: float, random: np.random.Generator, others: Sequence[Samples]) -> Samples:
    """Add up to six other voices, each repeated to the length; `level` is the ratio in dB.

    Raises DataError where the slice has no other utterance to take them from.
    """
    audible = [other for other in others if rms(other) > 0]
    if not audible:
        raise DataError("babble is made of a slice's other utterances, and there is no other; take more")
    chosen = random.choice(len(audible), size=min(N_VOICES, len(audible)), replace=False)
    babble = np.zeros(len(samples), dtype=np.float32)
    for index in chosen:
        voice = np.roll(audible[index], -int(random.integers(len(audible[index]))))
        babble += np.resize(voice, len(samples)) / rms(voice)
    return mixed_at(samples, babble, level)


HARM = Harm("babble", "other voices of the slice at an SNR", apply, unit="db", levels=(-20.0, 60.0))
