"""Recordings of any sample rate and number of channels, made mono at 16 kHz by soxr."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from asr_harness.corpora.sources import audio
from asr_harness.errors import DataError
from asr_harness.schema.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.corpora.sources.audio import Pcm
    from asr_harness.schema.audio import Samples

QUALITY = "VHQ"
RULES = "mean of channels, then soxr, then 16 bits"
MAX_CHANNELS, MAX_RATE_HZ = 64, 768_000


def described() -> str:
    """Say what converts and how, for the record; another version may round otherwise."""
    return f"to mono at {SAMPLE_RATE_HZ} Hz: {RULES} (soxr {version('soxr')}, {QUALITY})"


def read_pcm(path: Path, start_s: float, end_s: float, channel: int | None = None) -> Pcm:
    """Read a stretch, shape [n_samples] at `SAMPLE_RATE_HZ`: all channels' mean, or one channel from 0.

    Raises DataError if the file cannot be decoded, is cut short, or has no such channel.
    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            rate_hz = check_format(path, file.channels, file.samplerate)
            first, last = round(start_s * rate_hz), round(end_s * rate_hz)
            if not first < file.frames or last > file.frames + audio.OVERHANG_S * rate_hz:
                raise DataError(
                    f"{path} is {file.frames / rate_hz:.2f} s long, but its transcript goes from "
                    f"{start_s:.2f} to {end_s:.2f} s; get the recording that belongs to the transcript"
                )
            n_samples = min(last, file.frames) - first
            if n_samples > audio.MAX_CLIP_S * rate_hz:
                raise DataError(f"{path}: at most {audio.MAX_CLIP_S / 3600:g} h are read at once")
            file.seek(first)
            samples = file.read(n_samples, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{path} cannot be decoded ({error}); fetch it again") from error
    if len(samples) < n_samples:
        raise DataError(
            f"{path} is cut short: {n_samples} samples wanted, {len(samples)} found; fetch it again"
        )
    return _to_pcm(_mono(path, samples, channel), rate_hz, path)


def check_format(path: Path, n_channels: int, rate_hz: int) -> int:
    """Give the sample rate; raises DataError for one, or for channels, that no recording of speech has."""
    if not (0 < n_channels <= MAX_CHANNELS and 0 < rate_hz <= MAX_RATE_HZ):
        raise DataError(
            f"{path} has {n_channels} channels at {rate_hz} Hz; up to {MAX_CHANNELS} at {MAX_RATE_HZ} Hz are "
            "read"
        )
    return rate_hz


def _mono(path: Path, samples: Samples, channel: int | None) -> Samples:
    if channel is None:
        mono: Samples = samples.mean(axis=1)
        return mono
    if not 0 <= channel < samples.shape[1]:
        raise DataError(
            f"{path} has {samples.shape[1]} channels; channel {channel}, counted from 0, is none of them"
        )
    picked: Samples = samples[:, channel]
    return picked


def _to_pcm(samples: Samples, rate_hz: int, path: Path) -> Pcm:
    import soxr

    if not (np.abs(samples) <= audio.MAX_OVERSHOOT).all():  # which NaN is not, nor is infinity
        raise DataError(
            f"{path} has samples beyond -1 to 1, or none that are finite; scale or mend them, then write "
            "16 bits"
        )
    resampled = soxr.resample(np.ascontiguousarray(samples), rate_hz, SAMPLE_RATE_HZ, quality=QUALITY)
    pcm: Pcm = np.clip(np.rint(resampled * 32768), -32768, 32767).astype(np.int16)
    return pcm
