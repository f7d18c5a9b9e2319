"""Recordings: mono, 16 kHz, read in stretches as 16-bit samples; nothing is resampled or mixed."""

from __future__ import annotations

import io
import re
from contextlib import suppress
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

BLOCK_BYTES = 2**21

MAX_RECORDING_S = 48 * 3600.0
MAX_CLIP_S = 6 * 3600.0
"""What a header may claim: of a recording, and of what is read whole; a small file can claim years."""

MAX_OVERSHOOT = 1.25
"""Float samples this far above 1 are clipped, as after lossy coding; above, they are on some other scale."""


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
            _check_length(path, n_samples, MAX_CLIP_S)
            pcm = _read_int16(file, n_samples, path, first)
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
    _check_length(path, info.frames, MAX_RECORDING_S, info.samplerate)
    return float(info.frames / info.samplerate)


def check_format(path: Path | str, file: Any) -> None:
    """Raise DataError unless an opened `SoundFile` is mono, at `SAMPLE_RATE_HZ`, and not absurdly long."""
    if file.channels != 1 or file.samplerate != SAMPLE_RATE_HZ:
        raise DataError(
            f"{path} has {file.channels} channels at {file.samplerate} Hz; only mono at {SAMPLE_RATE_HZ} Hz "
            "is measured, and nothing is converted on the way. Convert it: sox IN -r 16000 -c 1 -b 16 OUT"
        )
    _check_length(path, file.frames, MAX_RECORDING_S)


def check_sphere(path: Path) -> None:
    """Raise DataError if a NIST SPHERE header promises more than its file holds; pass anything else."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error})") from error
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


def write_flac(raw: Path, path: Path) -> None:
    """Encode a file of raw 16-bit samples a block at a time: a talk need not fit in memory."""
    import soundfile

    with (
        raw.open("rb") as source,
        soundfile.SoundFile(path, "w", SAMPLE_RATE_HZ, 1, format="FLAC", subtype="PCM_16") as file,
    ):
        while block := source.read(BLOCK_BYTES):
            file.write(np.frombuffer(block, dtype=np.int16))


class _InMemory(io.BytesIO):
    """A file that stays where it is when a damaged header sends libsndfile before its beginning."""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        # Its callbacks can pass no error on: soundfile would print a traceback.
        with suppress(ValueError):
            return super().seek(offset, whence)
        return self.tell()


def decode_pcm(content: bytes, name: Path | str) -> Pcm:
    """Decode a whole file held in memory; raises DataError with `name` as `read_pcm` does."""
    import soundfile

    try:
        with soundfile.SoundFile(_InMemory(content)) as file:
            check_format(name, file)
            _check_length(name, file.frames, MAX_CLIP_S)
            pcm = _read_int16(file, file.frames, name)
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{name} cannot be decoded ({error}); fetch it again") from error
    return pcm


def to_samples(pcm: Pcm) -> Samples:
    """Scale 16-bit samples to [-1, 1)."""
    return pcm.astype(np.float32) / np.float32(32768)


def _check_length(name: Path | str, n_samples: int, max_s: float, rate_hz: int = SAMPLE_RATE_HZ) -> None:
    if not 0 <= n_samples <= max_s * rate_hz:
        raise DataError(
            f"{name} claims {n_samples / rate_hz / 3600:.1f} h of audio; at most {max_s / 3600:g} h are read"
        )


def _read_int16(file: Any, n_samples: int, name: Path | str, first: int = 0) -> Pcm:
    if file.subtype == "PCM_16":
        pcm: Pcm = file.read(n_samples, dtype="int16")
        return pcm
    samples: Samples = file.read(n_samples, dtype="float32")
    if not samples.size:
        return samples.astype(np.int16)
    within = np.abs(samples) <= MAX_OVERSHOOT  # which NaN is not, nor is infinity
    if not within.all():
        wrong = int(np.argmin(within))
        raise DataError(
            f"{name} has a sample of {samples[wrong]:g} at {(first + wrong) / SAMPLE_RATE_HZ:.4f} s; "
            "float samples must be finite and within -1 to 1. Scale or mend them, then write 16 bits"
        )
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
