import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from asr_harness.corpora.sources import audio
from asr_harness.errors import DataError
from tests.corpora.conftest import noise


def written(path: Path, kind: str, rate_hz: int = 16_000, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, noise(1.0), rate_hz, format=kind, subtype=subtype)
    return path


@pytest.mark.parametrize("kind", ["NIST", "FLAC", "WAV"])
def test_samples_come_back_bit_for_bit_whatever_the_container(tmp_path: Path, kind: str) -> None:
    assert np.array_equal(audio.read_pcm(written(tmp_path / "a", kind)), noise(1.0))


def test_a_stretch_is_cut_at_its_samples(tmp_path: Path) -> None:
    pcm = audio.read_pcm(written(tmp_path / "a.sph", "NIST"), 0.25, 0.75)
    assert np.array_equal(pcm, noise(1.0)[4000:12000])


def test_a_stretch_that_ends_just_after_its_recording_is_cut_there(tmp_path: Path) -> None:
    assert len(audio.read_pcm(written(tmp_path / "a.sph", "NIST"), 0.5, 1.25)) == 8000


def test_a_stretch_far_past_the_end_is_an_error_that_names_the_times(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"a\.sph is 1\.00 s long, but its transcript goes from 3\.00 to 4\.00"
    ):
        audio.read_pcm(written(tmp_path / "a.sph", "NIST"), 3.0, 4.0)


def test_wider_samples_are_rounded_to_16_bits(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.array([0.5, -1.0, 1.0, 1.4 / 32768]), 16_000, subtype="DOUBLE")
    assert audio.read_pcm(path).tolist() == [16384, -32768, 32767, 1]


def test_a_sphere_file_cut_short_says_how_much_is_missing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.sph", "NIST")
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(
        DataError, match=r"a\.sph is cut short: its header promises 32000 bytes .* holds 31000"
    ):
        audio.read_pcm(path)


def test_a_flac_file_cut_short_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = written(tmp_path / "a.flac", "FLAC")
    path.write_bytes(path.read_bytes()[:-9000])
    with pytest.raises(DataError, match=r"a\.flac"):
        audio.read_pcm(path)


def test_compressed_sphere_is_refused_with_the_way_to_unpack_it(tmp_path: Path) -> None:
    path = written(tmp_path / "a.sph", "NIST")
    shorten = path.read_bytes().replace(
        b"sample_coding -s3 pcm", b"sample_coding -s26 pcm,embedded-shorten-v2.00"
    )
    path.write_bytes(shorten)
    with pytest.raises(DataError, match="sph2pipe"):
        audio.read_pcm(path)


def test_a_damaged_sphere_header_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "a.sph", "NIST")
    path.write_bytes(path.read_bytes().replace(b"sample_count", b"sample_cnt__"))
    with pytest.raises(DataError, match="damaged SPHERE header"):
        audio.read_pcm(path)


def test_another_sample_rate_is_refused_with_the_way_to_convert(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"1 channels at 8000 Hz.*sox"):
        audio.read_pcm(written(tmp_path / "a.wav", "WAV", rate_hz=8000))


def test_stereo_is_refused_with_the_way_to_convert(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((100, 2)), 16_000)
    with pytest.raises(DataError, match=r"2 channels at 16000 Hz.*sox"):
        audio.read_pcm(tmp_path / "a.wav")


@pytest.mark.parametrize("content", [b"", b"not audio at all"])
def test_what_is_no_audio_is_an_error_that_names_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.sph").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.sph cannot be decoded"):
        audio.read_pcm(tmp_path / "a.sph")


def test_a_missing_recording_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.sph cannot be read"):
        audio.read_pcm(tmp_path / "gone.sph")


def test_flac_is_lossless_to_the_last_bit() -> None:
    extremes = np.array([-32768, 32767, 0, 1, -1], dtype=np.int16)
    assert np.array_equal(audio.decode_pcm(audio.encode_flac(extremes), "x"), extremes)


def test_samples_are_scaled_to_one() -> None:
    samples = audio.to_samples(np.array([-32768, 16384, 0], dtype=np.int16))
    assert samples.tolist() == [-1.0, 0.5, 0.0]
    assert samples.dtype == np.float32


def test_content_in_memory_is_checked_as_a_file_is() -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros(100), 44_100, format="WAV")
    with pytest.raises(DataError, match="row 3 has 1 channels at 44100 Hz"):
        audio.decode_pcm(buffer.getvalue(), "row 3")


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e300, 1.5, -20_000.0])
def test_a_sample_that_is_not_finite_or_far_outside_is_refused_with_its_place(
    tmp_path: Path, wrong: float
) -> None:
    samples = noise(1.0) / 32768
    samples[8000] = wrong
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="DOUBLE")
    with pytest.raises(DataError, match=r"a\.wav has a sample of \S+ at 0\.5000 s; float"):
        audio.read_pcm(tmp_path / "a.wav", 0.25, 0.75)
    with pytest.raises(DataError, match=r"row 3 has a sample of \S+ at 0\.5000 s"):
        audio.decode_pcm((tmp_path / "a.wav").read_bytes(), "row 3")
    assert len(audio.read_pcm(tmp_path / "a.wav", 0.0, 0.25)) == 4000


def test_what_overshoots_a_little_is_clipped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([1.2, -1.2, 0.0]), 16_000, subtype="FLOAT")
    assert audio.read_pcm(tmp_path / "a.wav").tolist() == [32767, -32768, 0]


def claiming(n_samples: int) -> bytes:
    """Encode a second of FLAC whose header claims another length, in STREAMINFO's 36 bits for it."""
    content = bytearray(audio.encode_flac(noise(1.0)))
    content[21] = content[21] & 0xF0 | n_samples >> 32
    content[22:26] = (n_samples & 0xFFFFFFFF).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize("n_samples", [2**36 - 1, 200_000 * 16_000])
def test_an_absurd_length_is_refused_from_the_header(
    tmp_path: Path, n_samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.flac").write_bytes(claiming(n_samples))
    monkeypatch.setattr(audio, "_read_int16", None)
    for read in (audio.read_pcm, audio.length_s, lambda path: audio.decode_pcm(path.read_bytes(), path)):
        with pytest.raises(DataError, match=r"a\.flac claims [\d.]+ h of audio; at most (6|48) h are read"):
            read(tmp_path / "a.flac")


def test_a_recording_is_longer_than_what_is_read_of_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_bytes(claiming(7 * 3600 * 16_000))
    assert len(audio.read_pcm(tmp_path / "a.flac", 0.25, 0.5)) == 4000
    with pytest.raises(DataError, match=r"claims 7\.0 h of audio; at most 6 h"):
        audio.read_pcm(tmp_path / "a.flac")


def test_flac_written_in_blocks_has_the_bytes_of_flac_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio, "BLOCK_BYTES", 10_000)
    noise(3.0).tofile(tmp_path / "a.raw")
    audio.write_flac(tmp_path / "a.raw", tmp_path / "a.flac")
    assert (tmp_path / "a.flac").read_bytes() == audio.encode_flac(noise(3.0))
