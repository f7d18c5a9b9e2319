"""Recordings of any rate and channels: what is heard, and that it is said."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from asr_harness.corpora import BUCKETS_S, Slice, load_slice, open_corpus
from asr_harness.corpora.sources import conversion
from asr_harness.errors import DataError
from tests.corpora.formats.conftest import write_audio


def tone(path: Path, *hz: float, rate_hz: int, audio_s: float = 5.0) -> Path:
    """Write a tone for each channel."""
    t = np.arange(round(audio_s * rate_hz)) / rate_hz
    channels = [np.sin(2 * np.pi * frequency * t) / 4 for frequency in hz]
    soundfile.write(path, np.stack(channels, axis=1), rate_hz, subtype="PCM_16")
    return path


def loudest_hz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * 16_000 / len(samples))


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000])
def test_a_tone_stays_the_tone_it_was(tmp_path: Path, rate_hz: int) -> None:
    pcm = conversion.read_pcm(tone(tmp_path / "a.wav", 1_000.0, rate_hz=rate_hz), 1.0, 4.0)
    assert len(pcm) == pytest.approx(48_000, abs=1)
    assert loudest_hz(pcm) == pytest.approx(1_000.0, abs=1.0)
    assert np.abs(pcm[1_000:-1_000]).max() / 32768 == pytest.approx(0.25, abs=0.002)


def test_what_lies_above_half_the_new_rate_is_not_folded_down(tmp_path: Path) -> None:
    pcm = conversion.read_pcm(tone(tmp_path / "a.wav", 12_000.0, rate_hz=48_000), 0.0, 5.0)
    assert np.abs(pcm[1_000:-1_000]).max() <= 1


def test_channels_are_mixed_or_one_is_taken(tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 500.0, 2_000.0, rate_hz=16_000)
    mixed, second = conversion.read_pcm(path, 0.0, 5.0), conversion.read_pcm(path, 0.0, 5.0, channel=1)
    assert loudest_hz(second) == pytest.approx(2_000.0, abs=1.0)
    spectrum = np.abs(np.fft.rfft(mixed))
    assert spectrum[2_500] == pytest.approx(spectrum[10_000], rel=0.01)  # 500 and 2000 Hz of 5 s
    with pytest.raises(DataError, match="2 channels; channel 2, counted from 0"):
        conversion.read_pcm(path, 0.0, 5.0, channel=2)


def sliced(path: Path) -> Slice:
    return load_slice(f"manifest:{path}", "5s", limits_s=BUCKETS_S["5s"], n_utterances=None)


def manifest(folder: Path, **row: object) -> Path:
    (folder / "m.jsonl").write_text(json.dumps({"audio_filepath": "a.wav", "text": "x"} | row) + "\n")
    return folder / "m.jsonl"


def test_what_was_converted_is_said_and_fingerprinted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_audio(tmp_path / "a.wav", 5.0, rate_hz=44_100, n_channels=2)
    path = manifest(tmp_path)
    slice_ = sliced(path)
    assert slice_.conversion
    assert slice_.conversion.startswith("1 of 1 recordings (1 of 44100 Hz, 2 channels) to mono at 16000 Hz")
    assert "soxr" in slice_.conversion
    assert slice_.utterances[0].audio_s == pytest.approx(5.0, abs=1e-3)
    before = open_corpus(f"manifest:{path}").fingerprint
    monkeypatch.setattr(conversion, "QUALITY", "LQ")
    assert open_corpus(f"manifest:{path}").fingerprint != before
    assert sliced(path).fingerprint != slice_.fingerprint


def test_what_needs_none_is_read_as_it_stands(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.wav", 5.0)
    slice_ = sliced(manifest(tmp_path))
    assert slice_.conversion is None
    whole, _ = soundfile.read(path, dtype="float32")
    assert np.array_equal(slice_.utterances[0].samples, whole)


def test_channels_of_a_call_are_two_recordings(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", 5.0, n_channels=2)
    source = {"type": "file", "channels": [0, 1], "source": "a.wav"}
    spoken = [{"start": 0.0, "duration": 5.0, "text": f"c{c}", "channel": c} for c in (0, 1)]
    cut = {"type": "MonoCut", "start": 0.0, "recording": {"sources": [source]}, "supervisions": spoken}
    (tmp_path / "cuts.jsonl").write_text(json.dumps(cut) + "\n")
    first, second = sorted(sliced(tmp_path / "cuts.jsonl").utterances, key=lambda each: each.reference)
    stereo, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert np.array_equal(first.samples, stereo[:, 0])
    assert np.array_equal(second.samples, stereo[:, 1])


def test_samples_that_are_none_are_refused(tmp_path: Path) -> None:
    samples = np.zeros(16_000, dtype=np.float32)
    samples[5] = np.nan
    soundfile.write(tmp_path / "a.wav", samples, 8_000, subtype="FLOAT")
    with pytest.raises(DataError, match="none that are finite; scale or mend them"):
        conversion.read_pcm(tmp_path / "a.wav", 0.0, 2.0)


def test_a_stretch_beyond_the_recording_is_refused(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.wav", 2.0, rate_hz=8_000)
    with pytest.raises(DataError, match=r"2\.00 s long, but its transcript goes from 0\.00 to 3\.00 s"):
        conversion.read_pcm(path, 0.0, 3.0)
