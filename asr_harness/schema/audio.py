"""What audio is, everywhere in the package: mono, 16 kHz, float32."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000

Samples = NDArray[np.float32]
"""Mono audio at `SAMPLE_RATE_HZ`, shape [n_samples], in [-1, 1]."""
