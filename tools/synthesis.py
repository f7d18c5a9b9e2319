"""Speech from Debian's flite and espeak-ng at 16 kHz, with the same bytes at every call."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
ESPEAK_RATE_HZ = 22_050

UP, DOWN = 320, 441
"""16000 / 22050 in lowest terms."""

N_TAPS = 48
COEFFICIENT_BITS = 20

Pcm = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of one of the two programs, with the options that set its speed and pitch."""

    program: str
    name: str
    options: tuple[str, ...] = ()


def speak(voice: Voice, text: str) -> Pcm:
    """Say a text, shape [n_samples] at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        if voice.program == "flite":
            command = ["flite", "-voice", voice.name, *voice.options, "-t", text, "-o", str(path)]
        else:
            command = ["espeak-ng", "-v", voice.name, *voice.options, "-w", str(path), text]
        subprocess.run(command, check=True, capture_output=True)
        pcm, rate_hz = soundfile.read(path, dtype="int16")
    if rate_hz == ESPEAK_RATE_HZ:
        return resample(pcm)
    if rate_hz != SAMPLE_RATE_HZ:
        raise ValueError(f"voice {voice.name!r} speaks at {rate_hz} Hz; use one at 16000 or 22050 Hz")
    return pcm


def resample(pcm: Pcm) -> Pcm:
    """Take 22050 Hz to 16 kHz by a windowed sinc, in integers: floating sums differ between machines."""
    n_output = len(pcm) * UP // DOWN
    position = np.arange(n_output, dtype=np.int64) * DOWN
    padded = np.pad(pcm.astype(np.int64), N_TAPS // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, N_TAPS)[position // UP + 1]
    summed = (windows * _phases()[position % UP]).sum(axis=1)
    rounded = (summed + (1 << (COEFFICIENT_BITS - 1))) >> COEFFICIENT_BITS
    return np.clip(rounded, -32768, 32767).astype(np.int16)


def scale(pcm: Pcm, peak: int) -> Pcm:
    """Scale to a peak, in integers."""
    highest = int(np.abs(pcm.astype(np.int64)).max())
    return (pcm.astype(np.int64) * peak // highest).astype(np.int16)


def _phases() -> NDArray[np.int64]:
    """Give the filter for each position between two input samples, shape [UP, N_TAPS]."""
    cutoff = UP / DOWN * 0.94
    offset = np.arange(N_TAPS) - (N_TAPS // 2 - 1) - np.arange(UP)[:, None] / UP
    taper = np.cos(np.pi * offset / (N_TAPS + 1)) ** 2
    filters = cutoff * np.sinc(cutoff * offset) * taper
    return np.rint(filters / filters.sum(axis=1, keepdims=True) * (1 << COEFFICIENT_BITS)).astype(np.int64)
