"""Fixtures shared by all tests; everything is offline."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

os.environ["HF_HUB_OFFLINE"] = "1"
# The sessions that tests start are not pytest-xdist's workers, though the tests may be. Where they are, torch
# has one thread in each: two processes of two threads crawl on two cores.
if os.environ.pop("PYTEST_XDIST_WORKER", None):
    os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.pop("GITHUB_STEP_SUMMARY", None)  # a run of the tests is no comparison of its step

from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples

# The sessions that tests start do not wait for what else is measured on this machine, or for each other.
LOCKS = tempfile.TemporaryDirectory(prefix="asr-harness-test-locks-")
os.environ["ASR_HARNESS_LOCKS"] = LOCKS.name

# The same examples in every run; `pytest --hypothesis-profile=default` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_unconfigure() -> None:
    LOCKS.cleanup()


SPEECH = Path(__file__).parents[2] / "shared" / "speech" / "TEDLIUM_layout"


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub cache with a tiny Whisper and a tiny wav2vec2, for reading only."""
    from tests import checkpoints as tiny

    made, hub_cache = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("hub")
    tiny.publish(tiny.save_whisper(made / "whisper"), hub_cache, "someone/whisper-tiny-test")
    tiny.publish(tiny.save_ctc(made / "ctc"), hub_cache, "someone/ctc-test")
    return hub_cache


@pytest.fixture
def hub_cache(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub cache, made the one that huggingface_hub looks into."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(checkpoints))
    monkeypatch.setenv("HF_HUB_CACHE", str(checkpoints))
    return checkpoints


def noise(audio_s: float, seed: int = 0) -> Samples:
    """Make reproducible noise."""
    samples = np.random.default_rng(seed).standard_normal(round(audio_s * SAMPLE_RATE_HZ))
    return (0.1 * samples).astype(np.float32)
