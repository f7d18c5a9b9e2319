"""Finding and loading models by name."""

from pathlib import Path

import pytest
import torch

from asr_harness import systems
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.measure import transcribe
from asr_harness.systems import Variant
from asr_harness.systems.base import Transcription
from tests import checkpoints as tiny
from tests.conftest import noise


class Echo:
    """A transcriber of one's own."""

    def __init__(self, *, device: str) -> None:
        self.device = device

    def preprocess(self, audio: object) -> object:
        return audio

    def encode(self, features: object) -> object:
        return features

    def decode(self, encoded: list[object]) -> Transcription:
        return Transcription(tuple("yes" for _ in encoded))


class Mute:
    """Has no stages."""

    def __init__(self, *, device: str) -> None:
        self.device = device


def test_an_absent_checkpoint_says_how_to_fetch_it_and_that_dummies_need_none(hub_cache: Path) -> None:
    with pytest.raises(ModelError, match=r"`hf download openai/whisper-tiny`.*--asr-weights dummy"):
        systems.find_checkpoint("openai/whisper-tiny", "pretrained")


def test_a_checkpoint_is_found_in_the_hub_cache(hub_cache: Path) -> None:
    checkpoint = systems.find_checkpoint("someone/ctc-test", "pretrained")
    assert checkpoint.model_type == "wav2vec2"
    assert checkpoint.path is not None
    assert hub_cache in checkpoint.path.parents


def test_a_folder_without_weights_is_an_incomplete_download(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "whisper"}')
    with pytest.raises(ModelError, match="holds no weights"):
        systems.find_checkpoint(str(tmp_path), "pretrained")


def test_a_broken_config_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelError, match=r"cannot read .*config\.json"):
        systems.find_checkpoint(str(tmp_path), "pretrained")


def test_an_unknown_family_answers_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ModelError, match=r"'bert'; known are .*hubert.*whisper.*asr_harness/systems/hf"):
        systems.find_checkpoint(str(tmp_path), "pretrained")


def test_dummies_of_an_unknown_architecture_are_refused_with_the_known_ones(hub_cache: Path) -> None:
    with pytest.raises(ModelError, match=r"no architecture is known for 'a/b'.*openai/whisper-tiny"):
        systems.find_checkpoint("a/b", "dummy")


@pytest.mark.parametrize(
    ("name", "n_parameters"),
    [
        ("openai/whisper-tiny", 37_760_640),
        ("openai/whisper-base", 72_593_920),
        ("openai/whisper-small", 241_734_912),
        ("openai/whisper-medium", 763_857_920),
        ("openai/whisper-large-v3-turbo", 808_878_080),
        ("facebook/wav2vec2-base-960h", 94_396_320),
    ],
)
def test_dummies_have_the_true_size(name: str, n_parameters: int) -> None:
    checkpoint = systems.find_checkpoint(name, "dummy")
    family = systems.find_family(checkpoint)
    model = family.build(checkpoint, device="meta", dtype="float32", attention="sdpa")
    assert sum(parameter.numel() for parameter in model.parameters()) == n_parameters


def test_dummy_weights_are_the_same_every_time() -> None:
    first, second = (
        systems.load("asr-harness/ctc-mini", device="cpu", weights="dummy").system for _ in range(2)
    )
    pairs = zip(first.model.parameters(), second.model.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_dummies_leave_the_global_random_state_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    systems.load("asr-harness/ctc-mini", device="cpu", weights="dummy")
    assert torch.equal(torch.rand(3), expected)


def test_the_weights_fingerprint_follows_the_content_and_not_the_place(
    tmp_path: Path, hub_cache: Path
) -> None:
    one, other = tiny.save_ctc(tmp_path / "one"), tiny.save_ctc(tmp_path / "other")
    published = tiny.publish(one, tmp_path / "hub", "someone/copy")

    def fingerprint(path: Path) -> str | None:
        return systems.load(str(path), device="cpu", weights="pretrained").weights_fingerprint

    assert fingerprint(one) == fingerprint(other) == fingerprint(published)
    weights = other / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    assert fingerprint(one) != fingerprint(other)


def test_a_blob_of_the_hub_that_was_written_to_has_another_fingerprint_whatever_its_name(
    tmp_path: Path,
) -> None:
    published = tiny.publish(tiny.save_ctc(tmp_path / "one"), tmp_path / "hub", "someone/copy")

    def fingerprint() -> str | None:
        return systems.load(str(published), device="cpu", weights="pretrained").weights_fingerprint

    before = fingerprint()
    blob = (published / "model.safetensors").resolve()
    content = bytearray(blob.read_bytes())
    content[-1] ^= 1
    blob.write_bytes(bytes(content))
    assert fingerprint() != before


def test_the_decoding_fingerprint_follows_the_variant(hub_cache: Path) -> None:
    def fingerprint(**settings: object) -> str:
        return systems.load(
            "someone/whisper-tiny-test",
            device="cpu",
            weights="pretrained",
            variant=Variant.from_settings(settings),
        ).decoding_fingerprint

    assert fingerprint() == fingerprint()
    assert fingerprint() != fingerprint(beams=2)


def test_ones_own_transcriber_plugs_in_by_module_and_function() -> None:
    model = systems.load(f"{__name__}:Echo", device="cpu", weights="pretrained")
    assert model.family == "custom"
    assert model.weights_fingerprint is None
    assert transcribe(model.system, [noise(1), noise(2)]).texts == ("yes", "yes")


def test_a_transcriber_without_stages_is_refused() -> None:
    with pytest.raises(ModelError, match="Mute without preprocess, encode, decode"):
        systems.load(f"{__name__}:Mute", device="cpu", weights="pretrained")


def test_a_module_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelError, match="cannot import the transcriber 'nowhere:load'"):
        systems.load("nowhere:load", device="cpu", weights="pretrained")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_cuda_without_a_gpu_is_unavailable_with_the_reason() -> None:
    with pytest.raises(UnavailableError, match=r"no cuda device: torch .* is built"):
        systems.load("asr-harness/ctc-mini", device="cuda", weights="dummy")


def test_an_attention_that_is_not_installed_is_unavailable(hub_cache: Path) -> None:
    with pytest.raises(UnavailableError, match="flash_attention_2"):
        systems.load(
            "someone/whisper-tiny-test",
            device="cpu",
            weights="pretrained",
            variant=Variant(attention="flash_attention_2"),
        )


def test_cost_grows_with_batch_and_length() -> None:
    def memory(batch_size: int, audio_s: float, name: str = "facebook/wav2vec2-base-960h") -> float:
        return systems.estimate_cost(
            name, weights="dummy", batch_size=batch_size, audio_s=audio_s
        ).memory_bytes

    assert memory(1, 5) < memory(4, 5) < memory(4, 60)
    # 95 M parameters in fp32, and three copies of 512 channels at a fifth of 16 kHz.
    weights, activations = 94_396_320 * 4, 3 * 512 * (5 * 16_000 - 10) / 5 * 4
    assert memory(1, 5) == pytest.approx(weights + activations, rel=1e-3)


def test_the_cost_of_ones_own_transcriber_is_unknown() -> None:
    with pytest.raises(UnavailableError, match="cannot be estimated"):
        systems.estimate_cost(f"{__name__}:Echo", weights="dummy", batch_size=1, audio_s=5.0)
