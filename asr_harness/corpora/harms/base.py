"""What a harm is: its name and level in a SPEC, and what it makes of one recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from asr_harness.registry import Registry
from asr_harness.schema.audio import Samples

Apply = Callable[[Samples, float, np.random.Generator, Sequence[Samples]], Samples]


@dataclass(frozen=True, slots=True)
class Harm:
    """One way to spoil speech, written `NAME` and a level in `unit`, as in `noise10db`.

    `apply(samples, level, random, others)` gives float samples at 16 kHz; `others` are those of the slice's
    other talks, or of its other utterances where there is one talk. `random` is seeded by the utterance's id
    and the harm. Levels are within `levels`; `default` is for a name alone, None where it has to be given.
    `keeps_words` is False where nothing of the speech is left, so that every word that is heard is wrong.
    """

    key: str
    what: str
    apply: Apply
    unit: str = ""
    levels: tuple[float, float] = (0.0, 0.0)
    default: float | None = None
    keeps_words: bool = True

    @property
    def example(self) -> str:
        """Write it as in a SPEC."""
        low, high = self.levels
        return f"{self.key}[{low:g}..{high:g}]{self.unit}" if low < high else self.key


HARMS: Registry[Harm] = Registry("asr_harness.corpora.harms", "HARM", Harm, group="asr_harness.harms")


def rms(samples: Samples) -> float:
    """Root mean square over the whole recording, pauses included."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0


def mixed_at(samples: Samples, noise: Samples, snr_db: float) -> Samples:
    """Add noise so that speech over noise, both by `rms`, is `snr_db`; silence stays silence."""
    power = rms(noise)
    gain = 0.0 if not power else rms(samples) / power * 10 ** (-snr_db / 20)
    return (samples + gain * noise).astype(np.float32)
