"""Recordings: mono, 16 kHz, read in stretches as 16-bit samples; nothing is resampled or mixed."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asr_harness.errors import DataError
from asr_harness.schema.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.schema.audio import Samples

Pcm = NDArray[np.int16]

OVERHANG_S = 0.5
"""A segment may end this much after its recording does; it is cut where the recording ends."""


def read_pcm(path: Path, start_s: float = 0.0, end_s: float | None = None) -> Pcm:
    """Read a stretch of a recording, shape [n_samples].

    Raises DataError if the file cannot be decoded, is cut short, or is not mono at `SAMPLE_RATE_HZ`.
    """
    import soundfile

    check_sphere(path)
    try:
        with soundfile.SoundFile(path) as file:
            check_format(path, file)
            first = round(start_s * SAMPLE_RATE_HZ)
            last = file.frames if end_s is None else round(end_s * SAMPLE_RATE_HZ)
            if last > file.frames + OVERHANG_S * SAMPLE_RATE_HZ or first >= file.frames:
                raise DataError(
                    f"{path} is {file.frames / SAMPLE_RATE_HZ:.2f} s long, but its transcript goes from "
                    f"{start_s:.2f} to {end_s or 0:.2f} s; get the recording that belongs to the transcript"
                )
            file.seek(first)
            n_samples = min(last, file.frames) - first
            pcm = _read_int16(file, n_samples)
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{path} cannot be decoded ({error}); fetch it again") from error
    if len(pcm) < n_samples:
        raise DataError(f"{path} is cut short: {n_samples} samples wanted, {len(pcm)} found; fetch it again")
    return pcm


def length_s(path: Path) -> float:
    """Give the length of a recording from its header; raises DataError as `read_pcm` does."""
    import soundfile

    try:
        info = soundfile.info(path)
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{path} cannot be decoded ({error}); fetch it again") from error
    return float(info.frames / info.samplerate)


def check_format(path: Path | str, file: Any) -> None:
    """Raise DataError unless an opened `soundfile.SoundFile` is mono at `SAMPLE_RATE_HZ`."""
    if file.channels != 1 or file.samplerate != SAMPLE_RATE_HZ:
        raise DataError(
            f"{path} has {file.channels} channels at {file.samplerate} Hz; only mono at {SAMPLE_RATE_HZ} Hz "
            "is measured, and nothing is converted on the way. Convert it: sox IN -r 16000 -c 1 -b 16 OUT"
        )


def check_sphere(path: Path) -> None:
    """Raise DataError if a NIST SPHERE header promises more than its file holds; pass anything else."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    if not head.startswith(b"NIST_1A"):
        return
    fields = dict(re.findall(rb"^(\w+) -\w+ (\S+)", head, re.MULTILINE))
    coding = fields.get(b"sample_coding", b"pcm").decode("ascii", "replace")
    if coding != "pcm":
        raise DataError(f"{path} is SPHERE with coding {coding!r}; unpack it first, as with: sph2pipe -f wav")
    try:
        header_bytes = int(head.split(b"\n", 2)[1])
        n_bytes = int(fields[b"sample_count"]) * int(fields.get(b"sample_n_bytes", b"2"))
    except (KeyError, ValueError, IndexError) as error:
        raise DataError(f"{path} has a damaged SPHERE header; fetch it again") from error
    held = path.stat().st_size - header_bytes
    if held < n_bytes:
        raise DataError(f"{path} is cut short: its header promises {n_bytes} bytes of audio, it holds {held}")


def encode_flac(pcm: Pcm) -> bytes:
    """Encode samples without loss."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, pcm, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def decode_pcm(content: bytes, name: Path | str) -> Pcm:
    """Decode a whole file held in memory; raises DataError with `name` as `read_pcm` does."""
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            check_format(name, file)
            return _read_int16(file, file.frames)
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{name} cannot be decoded ({error}); fetch it again") from error


def to_samples(pcm: Pcm) -> Samples:
    """Scale 16-bit samples to [-1, 1)."""
    return pcm.astype(np.float32) / np.float32(32768)


def _read_int16(file: Any, n_samples: int) -> Pcm:
    if file.subtype == "PCM_16":
        pcm: Pcm = file.read(n_samples, dtype="int16")
        return pcm
    scaled: Samples = file.read(n_samples, dtype="float32") * 32768
    return np.clip(np.rint(scaled), -32768, 32767).astype(np.int16)
