"""ONNX Runtime hears what transformers hears, in float32 and with int8 weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from asr_harness import systems
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.measure import transcribe
from asr_harness.systems import Variant, runtime
from asr_harness.systems.hf.ctc_family import CtcFamily
from asr_harness.systems.runtimes.onnx_runtime import RUNTIME
from tests import checkpoints, tiny_families
from tests.conftest import noise
from tests.embedded_transcripts import load, utterances

MINI = "asr-harness/ctc-mini"
AUDIO = [noise(2.0), noise(1.2, seed=1), noise(2.6, seed=2)]
pytestmark = pytest.mark.skipif(
    not all(runtime.known()["onnxruntime"].versions.values()),
    reason="onnxruntime's exporter is not installed",
)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASR_HARNESS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.mark.heavy
@pytest.mark.parametrize("quantisation", [None, "int8"])
def test_it_hears_what_transformers_hears(quantisation: str | None) -> None:
    spoken = [one.samples for one in utterances(n_utterances=4)]
    plain = systems.load(MINI, device="cpu", weights="pretrained")
    loaded = systems.load(
        f"onnxruntime:{MINI}", device="cpu", weights="pretrained", variant=Variant(quantisation=quantisation)
    )
    assert transcribe(loaded.system, spoken) == transcribe(plain.system, spoken)
    assert loaded.weights_fingerprint == plain.weights_fingerprint
    assert loaded.decoding_fingerprint != plain.decoding_fingerprint
    n_parameters, n_bytes = loaded.system.weights() or (0, 0)
    assert n_parameters == (plain.system.weights() or (0, 0))[0]
    assert (n_bytes < 3 * n_parameters) == (quantisation == "int8")


def save_each(folder: Path, model_type: str) -> Path:
    if model_type in tiny_families.CTC:
        return checkpoints.save(folder, tiny_families.CTC[model_type])
    return checkpoints.save_ctc(folder, model_type, norm="layer")


# WavLM hands its masks to torch in two dtypes, whose support for that is deprecated.
@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
@pytest.mark.heavy
@pytest.mark.parametrize("model_type", RUNTIME.model_types)
def test_each_kind_masks_padding_as_its_model_does(model_type: str, tmp_path: Path) -> None:
    folder = save_each(tmp_path, model_type)
    assert transcribe(load(f"onnxruntime:{folder}"), AUDIO) == transcribe(load(str(folder)), AUDIO)


def test_it_names_only_ctc_families() -> None:
    for model_type in RUNTIME.model_types:
        assert isinstance(systems.find_family(systems.Checkpoint("x", {"model_type": model_type})), CtcFamily)


def test_what_it_cannot_do_is_refused() -> None:
    with pytest.raises(UnavailableError, match="it has int8"):
        load(f"onnxruntime:{MINI}", quantisation="int4")
    with pytest.raises(UnavailableError, match="it knows quantisation"):
        load(f"onnxruntime:{MINI}", dtype="bfloat16")
    with pytest.raises(ModelError, match="onnxruntime runs wav2vec2"):
        load("onnxruntime:asr-harness/whisper-mini")
