"""FLOPs of NVIDIA's Fast Conformer encoder from the architecture alone (Rekesh et al., 2023).

`ParakeetEncoder` is the encoder of Parakeet, Canary and Cohere's recogniser.
"""

from __future__ import annotations

from math import log2
from typing import Any


def halved(size: int, config: Any) -> int:
    """Count what a convolution of the subsampling leaves of frames, or of mel bins."""
    kernel = config.subsampling_conv_kernel_size
    return int((size + 2 * ((kernel - 1) // 2) - kernel) // config.subsampling_conv_stride + 1)


def n_subsamplings(config: Any) -> int:
    """Count the convolutions that halve the frames."""
    return int(log2(config.subsampling_factor))


def n_frames(config: Any, n_mel_frames: int) -> int:
    """Count the frames that the encoder makes of so many mel frames."""
    for _ in range(n_subsamplings(config)):
        n_mel_frames = halved(n_mel_frames, config)
    return n_mel_frames


def first_floats(config: Any, n_mel_frames: int) -> int:
    """Count the values that the first convolution of one row gives."""
    mels = halved(config.num_mel_bins, config)
    return int(config.subsampling_conv_channels * halved(n_mel_frames, config) * mels)


def encoder_flops(config: Any, n_mel_frames: int) -> int:
    """FLOPs of one row; `config` is the encoder's.

    Subsampling, for each output of t frames and m bins with c channels and kernel k: 2k²tmc, and after the
    first 2tmc² for the pointwise convolution; the projection 2F(mc)d. Then per layer, for F frames, width d
    and inner width i: 8Fdi for two feed-forwards; 8Fd² + 4F²d for attention, and for its relative positions
    2(2F-1)d² + 2F(2F-1)d; 6Fd² + 2Fdk for the convolution module.
    """
    frames, mels = n_mel_frames, config.num_mel_bins
    kernel, channels, width = (
        config.subsampling_conv_kernel_size, config.subsampling_conv_channels, config.hidden_size
    )  # fmt: skip
    flops = 0
    for i in range(n_subsamplings(config)):
        frames, mels = halved(frames, config), halved(mels, config)
        flops += 2 * kernel**2 * frames * mels * channels
        flops += 2 * frames * mels * channels**2 if i else 0
    flops += 2 * frames * mels * channels * width
    positions = 2 * frames - 1
    layer = (
        8 * frames * width * config.intermediate_size
        + 8 * frames * width**2
        + 4 * frames**2 * width
        + 2 * positions * width**2
        + 2 * frames * positions * width
        + 6 * frames * width**2
        + 2 * frames * width * config.conv_kernel_size
    )
    return int(flops + config.num_hidden_layers * layer)
