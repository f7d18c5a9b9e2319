"""A cache of its own for every test, and small corpora in TED-LIUM's layout."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from asr_harness.corpora.sources.audio import Pcm
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from tools.make_dev_sized import Size, write_corpus


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ASR_HARNESS_TEDLIUM", raising=False)
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three talks of noise, 24 scored and 6 ignored lines, 270 s; for reading only."""
    folder = tmp_path_factory.mktemp("made")
    write_corpus(folder, Size(n_talks=3, n_scored=24, n_ignored=6, scored_s=270.0))
    return folder


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """One talk of 12 s in two touching segments, between ignored stretches."""
    return write_talk(
        tmp_path / "corpus",
        "Someone_2026",
        "Someone_2026 1 gap 0.00 0.50 <o,,unknown> ignore_time_segment_in_scoring\n"
        "Someone_2026 1 Someone 0.50 5.00 <F0_M> it 's a test\n"
        "Someone_2026 1 Someone 5.00 11.50 <F0_M> of one talk\n"
        "Someone_2026 1 S140 11.50 12.00 <F0_M> ignore_time_segment_in_scoring\n",
        pcm=noise(12.0),
    )


def noise(audio_s: float, seed: int = 0) -> Pcm:
    samples = np.random.default_rng(seed).standard_normal(round(audio_s * SAMPLE_RATE_HZ))
    return (1000 * samples).astype(np.int16)


def write_talk(folder: Path, name: str, stm: str, pcm: Pcm, kind: str = "NIST") -> Path:
    """Write a talk in TED-LIUM's layout, as SPHERE (NIST), FLAC or WAV; gives the folder of the corpus."""
    dev = folder / "legacy" / "dev"
    (dev / "sph").mkdir(parents=True, exist_ok=True)
    (dev / "stm").mkdir(exist_ok=True)
    (dev / "stm" / f"{name}.stm").write_bytes(stm.encode())
    suffix = {"NIST": "sph"}.get(kind, kind.lower())
    soundfile.write(dev / "sph" / f"{name}.{suffix}", pcm, SAMPLE_RATE_HZ, format=kind, subtype="PCM_16")
    return folder
