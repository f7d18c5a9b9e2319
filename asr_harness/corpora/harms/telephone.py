"""Telephone: 300 to 3400 Hz at 8 kHz, in G.711's mu-law, and back."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.harms.base import Harm
from asr_harness.schema.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples

RATE_HZ = 8000
LOW_HZ, HIGH_HZ = 300.0, 3400.0


def apply(samples: Samples, _: float, __: np.random.Generator, ___: Sequence[Samples]) -> Samples:
    """Resample by soxr, keep the band by FFT, code by libsndfile, and resample back to the same length."""
    import soundfile
    import soxr

    if not len(samples):
        return samples
    narrow = soxr.resample(samples, SAMPLE_RATE_HZ, RATE_HZ, quality="VHQ")
    spectrum = np.fft.rfft(narrow)
    frequencies_hz = np.fft.rfftfreq(len(narrow), 1 / RATE_HZ)
    spectrum[(frequencies_hz < LOW_HZ) | (frequencies_hz > HIGH_HZ)] = 0
    banded = np.clip(np.fft.irfft(spectrum, len(narrow)), -1, 1)
    buffer = io.BytesIO()
    soundfile.write(buffer, banded, RATE_HZ, format="WAV", subtype="ULAW")
    buffer.seek(0)
    coded, _rate = soundfile.read(buffer, dtype="float32")
    wide = soxr.resample(coded, RATE_HZ, SAMPLE_RATE_HZ, quality="VHQ")[: len(samples)]
    return np.pad(wide, (0, len(samples) - len(wide))).astype(np.float32)


HARM = Harm("telephone", "300 to 3400 Hz, 8 kHz, mu-law", apply, default=0.0)
