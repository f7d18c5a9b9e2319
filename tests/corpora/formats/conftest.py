"""Recordings of noise to write manifests about."""

from pathlib import Path

import numpy as np
import soundfile


def write_audio(
    path: Path, audio_s: float, *, rate_hz: int = 16_000, n_channels: int = 1, seed: int = 0
) -> Path:
    """Write noise; every channel has its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(seed).standard_normal((round(audio_s * rate_hz), n_channels))
    soundfile.write(path, (1000 * samples).astype(np.int16), rate_hz, subtype="PCM_16")
    return path
