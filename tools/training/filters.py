"""A filter bank to begin with: the first convolution need not learn what an ear does."""

from __future__ import annotations

import numpy as np
import torch

LOWEST_HZ, HIGHEST_HZ = 90.0, 7400.0
N_PHASES = 4
LEVEL = 0.5
"""What the last channels always give, so that layer normalisation lets silence differ from speech."""


def set_to_filter_bank(convolution: torch.nn.Conv1d, sample_rate_hz: int = 16_000) -> None:
    """Set a convolution over samples to band-pass filters on the mel scale, each in four phases.

    Half-wave rectified and summed over its phases, a band gives nearly its magnitude.
    """
    n_channels, _, n_taps = convolution.weight.shape
    n_bands = n_channels // N_PHASES - 1
    edges_hz = mel_spaced(n_bands + 2)
    time_s = (np.arange(n_taps) - (n_taps - 1) / 2) / sample_rate_hz
    filters = np.zeros((n_channels, n_taps))
    for band in range(n_bands):
        low_hz, centre_hz, high_hz = edges_hz[band : band + 3]
        length_s = np.clip(3 / (high_hz - low_hz), 0.010, n_taps / sample_rate_hz)
        window = np.where(np.abs(time_s) < length_s / 2, np.cos(np.pi * time_s / length_s) ** 2, 0)
        # Speech falls by some 6 dB an octave; the filters rise as much.
        window *= centre_hz / 500 / np.sqrt((window**2).sum())
        for phase in range(N_PHASES):
            filters[band * N_PHASES + phase] = window * np.cos(
                2 * np.pi * (centre_hz * time_s + phase / N_PHASES)
            )
    bias = np.zeros(n_channels)
    bias[-N_PHASES:] = LEVEL * np.resize([1, -1], N_PHASES)
    with torch.no_grad():
        convolution.weight.copy_(torch.from_numpy(filters)[:, None])
        convolution.bias.copy_(torch.from_numpy(bias))


def mel_spaced(n: int) -> np.ndarray:
    """Give frequencies in Hz at equal distances on the mel scale."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, HIGHEST_HZ))
    return 700 * (10 ** (np.linspace(low, high, n) / 2595) - 1)
