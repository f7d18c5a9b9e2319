"""A suite of its own: one talk of noise, and transcribers that need no weights."""

import importlib
import json
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import soundfile

import asr_harness.corpora
import asr_harness.devices.energy
import asr_harness.devices.instruments
import asr_harness.plugin
import asr_harness.systems.hf
import benchmarks
from asr_harness.devices import HOST
from asr_harness.schema import CaseResult, load_run
from tests.conftest import noise

# Pytester forgets what a suite imported; imported here, it is there for all of them.
PACKAGES = (
    asr_harness.plugin,
    asr_harness.systems,
    asr_harness.systems.hf,
    asr_harness.devices,
    asr_harness.devices.energy,
    asr_harness.devices.instruments,
    asr_harness.corpora,
)
for package in PACKAGES:
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(info.name)
for name in ("hypothesis", "jiwer", "whisper_normalizer.english"):
    importlib.import_module(name)

CONFTEST = """
from asr_harness.grid import Grid, Profile

PROFILE = Profile(
    models=("steady",), devices=("cpu",), buckets=("5s",), batch_sizes=(1, 2), variants=("baseline",),
    data="tedlium:corpus", weights="pretrained", n_utterances=4, time_s=0.01,
)
MODELS = {name: f"transcribers:{name}" for name in (
    "steady", "hungry", "broken", "killed", "segfault", "interrupted", "notanumber", "surrogate",
    "unspeakable"
)}
MODELS |= {"absent": "openai/whisper-tiny", "ctc": "asr-harness/ctc-mini"}
MODELS["telling"] = "transcribers:Telling"

def pytest_asr_grid():
    return Grid(
        models=MODELS, devices=("cpu", "cuda"), buckets_s={"5s": (3.0, 7.0), "15s": (10.0, 20.0)},
        batch_sizes=(1, 2), variants={"baseline": {}, "loud": {"loud": True}},
        profiles={"tiny": PROFILE}, default_profile="tiny",
    )
"""
TRANSCRIBERS = """
import os, signal
from pathlib import Path
from contextlib import contextmanager
from asr_harness.systems import Pass, Transcription

class Steady:
    weights_fingerprint = "none needed"

    def __init__(self, loud):
        self.loud = loud

    def preprocess(self, audio):
        return audio

    def encode(self, features):
        return features

    def decode(self, encoded):
        text = "hello world"
        texts = tuple(text.upper() if self.loud else text for _ in encoded)
        return Transcription(texts, n_tokens=(2,) * len(texts), processed_s=2.0 * len(texts) * 5)

class Hungry(Steady):
    def encode(self, features):
        raise MemoryError(f"no room for {len(features)}")

class Broken(Steady):
    def decode(self, encoded):
        raise ValueError("boom")

class Killed(Steady):
    signal = signal.SIGKILL

    def decode(self, encoded):
        if len(encoded) > 1 and not Path("spare").exists():
            os.kill(os.getpid(), self.signal)
        return super().decode(encoded)

class Segfault(Killed):
    signal = signal.SIGSEGV

class Interrupted(Steady):
    def decode(self, encoded):
        if len(encoded) > 1 and not Path("spare").exists():
            raise KeyboardInterrupt
        return super().decode(encoded)

class Telling(Steady):
    # Records a pass, and tells its FLOPs in a dtype that no peak is measured in.

    dtype = "int8"

    def __init__(self, *, device, loud=False):
        super().__init__(loud)

    @contextmanager
    def passes_recorded(self):
        yield [Pass("encode", 1, 100)]

    def flops(self, network_pass):
        return 2e6

    def moved_bytes(self, network_pass):
        return 1e6

class NotANumber(Steady):
    def decode(self, encoded):
        return Transcription(super().decode(encoded).texts, processed_s=float("nan"))

class Surrogate(Steady):
    def decode(self, encoded):
        return Transcription(("half a " + chr(0xD800),) * len(encoded))

class Unspeakable(Steady):
    def decode(self, encoded):
        raise ValueError(f"half a {chr(0xD800)} pair")

def maker(kind):
    return lambda *, device, loud=False: kind(loud)

steady, hungry, broken, killed, interrupted = map(maker, (Steady, Hungry, Broken, Killed, Interrupted))
segfault = maker(Segfault)
notanumber, surrogate, unspeakable = map(maker, (NotANumber, Surrogate, Unspeakable))
"""
INI = """
[pytest]
pythonpath = .
filterwarnings =
    error
    default::pytest_benchmark.logger.PytestBenchmarkWarning
"""
REFERENCES = ("hello world", "hello word", "hello <unk> world", "good bye world")
TALK_STM = "".join(
    f"talk 1 speaker {5 * i}.00 {5 * (i + 1)}.00 <o,f0,male> {reference}\n"
    for i, reference in enumerate(REFERENCES)
)


@pytest.fixture(autouse=True)
def light(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep slices away from the user's cache, and spend no time on what is not tested here."""
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr("pytest_benchmark.plugin.get_cpu_info", dict)
    monkeypatch.setattr("asr_harness.devices.instruments.calibration.N_STEPS", 1)
    monkeypatch.setattr("asr_harness.devices.instruments.calibration.N_COPIES", 1)
    sizes = replace(HOST.sizes, probe_matrix=64, peak_matrix=96, peak_copy_bytes=4 << 10)
    monkeypatch.setattr(type(HOST), "sizes", sizes)


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """Lay out a suite that drives the real benchmark over one talk of four utterances."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(transcribers=TRANSCRIBERS)
    benchmark = Path(benchmarks.__file__).parent / "test_transcribe.py"
    pytester.path.joinpath("test_transcribe.py").write_text(benchmark.read_text())
    pytester.makeini(INI)
    dev = pytester.path / "corpus" / "legacy" / "dev"
    for folder in ("sph", "stm"):
        (dev / folder).mkdir(parents=True)
    (dev / "stm" / "talk.stm").write_text(TALK_STM)
    soundfile.write(dev / "sph" / "talk.flac", noise(5 * len(REFERENCES)), 16_000)
    return pytester


@pytest.fixture
def run(suite: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Run the suite in this process."""
    # Our 2 is none of the interrupts that pytester would raise again.
    return partial(suite.runpytest_inprocess, "-p", "no:cacheprovider", no_reraise_ctrlc=True)


@pytest.fixture
def saved(suite: pytest.Pytester) -> Callable[[], dict[str, Any]]:
    """Read the newest saved run."""

    def read() -> dict[str, Any]:
        path = max(suite.path.glob(".benchmarks/*/*.json"))
        return json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))

    return read


@pytest.fixture
def result(suite: pytest.Pytester) -> Callable[[], CaseResult]:
    """Load the newest saved run, and give the result of its one case."""

    def load() -> CaseResult:
        run = load_run(max(suite.path.glob(".benchmarks/*/*.json")))
        (record,) = run.records.values()
        assert record.result is not None
        return record.result

    return load
