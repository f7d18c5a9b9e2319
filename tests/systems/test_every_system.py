"""What every system obeys, of whatever family or runtime; one that is added has to be listed here."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from asr_harness import systems
from asr_harness.errors import UnavailableError
from asr_harness.measure import transcribe
from asr_harness.schema.stages import STAGES, StageName
from asr_harness.systems import FAMILIES, LoadedSystem, System, runtime
from tests import tiny_families
from tests.conftest import noise
from tests.systems import tiny_ggml
from tests.systems.test_canary import TINY as TINY_CANARY

WHISPER, CTC = "asr-harness/whisper-mini", "asr-harness/ctc-mini"
FAMILY_CONFIGS = {
    **tiny_families.CTC, **tiny_families.TRANSDUCERS, **tiny_families.ENCODER_DECODERS,
    "canary": TINY_CANARY.config,
}  # fmt: skip
QUICK = (CTC, "whisper-cpp")
SLOW = (WHISPER, "ctranslate2", "faster-whisper", "onnxruntime", *FAMILY_CONFIGS)
AUDIO = [noise(2.0), noise(1.2, seed=1)]
pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning"),
    pytest.mark.filterwarnings("ignore:TF32 acceleration on top of oneDNN:UserWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASR_HARNESS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def load(name: str, folder: Path) -> LoadedSystem:
    """Load a checkpoint of the package, dummies of a family, or a checkpoint in a runtime."""
    if name in (WHISPER, CTC):
        return systems.load(name, device="cpu", weights="pretrained")
    if name in FAMILY_CONFIGS:
        (folder / "config.json").write_text(json.dumps(FAMILY_CONFIGS[name]))
        return systems.load(str(folder), device="cpu", weights="dummy")
    source = {"whisper-cpp": str(folder), "onnxruntime": CTC}.get(name, WHISPER)
    if name == "whisper-cpp":
        tiny_ggml.save(folder)
    try:
        return systems.load(f"{name}:{source}", device="cpu", weights="pretrained")
    except UnavailableError as error:
        pytest.skip(str(error))


def test_each_family_and_each_runtime_is_listed() -> None:
    listed = {config["model_type"] for config in FAMILY_CONFIGS.values()} | {"wav2vec2", "whisper"}
    families = {systems.find_family(systems.Checkpoint("x", {"model_type": one})).name for one in listed}
    assert families == {family.name for family in FAMILIES.all().values()}
    assert set(runtime.known()) <= {*QUICK, *SLOW}


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.heavy) for name in SLOW)])
def test_a_system_obeys(name: str, tmp_path: Path) -> None:
    loaded = load(name, tmp_path)
    assert_transcribes(loaded.system)
    assert_marks_its_stages(loaded.system)
    assert_tells_what_it_is(loaded)
    assert_tells_of_its_work_or_says_nothing(loaded.system)


def assert_transcribes(system: System) -> None:
    """A text, and a count, for each recording in its order; the same ones again."""
    answer = transcribe(system, AUDIO)
    assert len(answer.texts) == len(answer.n_tokens or ()) == 2
    assert all(text == text.strip("\n") for text in answer.texts)
    assert (answer.processed_s or 0.0) >= 3.2
    assert transcribe(system, AUDIO) == answer
    turned = transcribe(system, AUDIO[::-1])
    assert turned.texts == answer.texts[::-1]
    assert turned.n_tokens == (answer.n_tokens or ())[::-1]


def assert_marks_its_stages(system: System) -> None:
    """Each mark is a known stage, every one that opens closes, all three are there."""
    opened: list[StageName] = []
    seen: set[StageName] = set()

    @contextmanager
    def stage(name: StageName) -> Iterator[None]:
        opened.append(name)
        seen.add(name)
        yield
        assert opened.pop() == name

    transcribe(system, AUDIO, stage)
    assert opened == []
    assert seen == set(STAGES)


def assert_tells_what_it_is(loaded: LoadedSystem) -> None:
    """Fingerprints, dtype and size."""
    assert loaded.weights_fingerprint or loaded.is_dummy
    assert len(loaded.decoding_fingerprint) == 64
    assert loaded.system.decoding
    assert loaded.system.dtype
    n_parameters, n_bytes = loaded.system.weights() or (0, 0)
    assert n_bytes > n_parameters > 0


def assert_tells_of_its_work_or_says_nothing(system: System) -> None:
    """Passes with FLOPs and bytes, of every stage that has a network; or None, and never 0."""
    recording = system.passes_recorded()
    if recording is None:
        return
    with recording as passes:
        transcribe(system, AUDIO)
    assert {network_pass.stage for network_pass in passes} == {"encode", "decode"}
    for network_pass in passes:
        assert (system.flops(network_pass) or 0.0) > 0
        assert (system.moved_bytes(network_pass) or 0.0) > 0
