"""The CTC family against transformers' own forward pass."""

from pathlib import Path

import pytest
import torch

from asr_harness import systems
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.measure import transcribe
from asr_harness.systems import Variant
from asr_harness.systems.hf.ctc_system import CtcSystem, collapse
from tests import checkpoints as tiny
from tests.conftest import noise


def load(folder: Path, **settings: object) -> CtcSystem:
    transcriber = systems.load(
        str(folder), device="cpu", weights="pretrained", variant=Variant.from_settings(settings)
    ).system
    assert isinstance(transcriber, CtcSystem)
    return transcriber


@pytest.mark.parametrize("model_type", tiny.CTC_CONFIGS)
def test_every_ctc_kin_gives_what_its_own_forward_gives(tmp_path: Path, model_type: str) -> None:
    transcriber = load(tiny.save_ctc(tmp_path, model_type))
    features = transcriber.preprocess([noise(3)])
    with torch.inference_mode():
        ids = transcriber.model(features.inputs).logits.argmax(-1)
    assert list(transcribe(transcriber, [noise(3)]).texts) == transcriber.tokenizer.batch_decode(ids)


def test_two_equal_letters_with_a_blank_between_stay_two() -> None:
    tokenizer = systems.load("facebook/wav2vec2-base-960h", device="cpu", weights="dummy").system.tokenizer
    ids = tokenizer.convert_tokens_to_ids(["H", "E", "L", "L", "<pad>", "L", "O", "O"])
    assert tokenizer.batch_decode([ids]) == ["HELLO"]


def test_frames_of_padding_are_not_decoded(tmp_path: Path) -> None:
    transcriber = load(tiny.save_ctc(tmp_path, norm="layer"))
    alone = transcribe(transcriber, [noise(1)])
    padded = transcribe(transcriber, [noise(4, seed=1), noise(1)])
    assert padded.texts[1] == alone.texts[0]


def test_a_group_norm_checkpoint_takes_no_mask_and_feels_the_padding(tmp_path: Path) -> None:
    transcriber = load(tiny.save_ctc(tmp_path, norm="group"))
    alone = transcriber.preprocess([noise(1)])
    padded = transcriber.preprocess([noise(4, seed=1), noise(1)])
    assert alone.attention_mask is None
    n_frames = transcriber.encode(alone).n_frames[0]
    first = transcriber.encode(alone).hidden_states[0, :n_frames]
    second = transcriber.encode(padded).hidden_states[1, :n_frames]
    assert not torch.allclose(first, second, atol=1e-3)


def test_a_layer_norm_checkpoint_is_masked_and_does_not_feel_the_padding(tmp_path: Path) -> None:
    transcriber = load(tiny.save_ctc(tmp_path, norm="layer"))
    alone = transcriber.preprocess([noise(1)])
    padded = transcriber.preprocess([noise(4, seed=1), noise(1)])
    n_frames = transcriber.encode(alone).n_frames[0]
    first = transcriber.encode(alone).hidden_states[0, :n_frames]
    second = transcriber.encode(padded).hidden_states[1, :n_frames]
    assert torch.allclose(first, second, atol=1e-4)


def test_padding_counts_as_processed_audio(tmp_path: Path) -> None:
    transcriber = load(tiny.save_ctc(tmp_path))
    assert transcribe(transcriber, [noise(4), noise(1)]).processed_s == 8.0


def test_tokens_are_the_labels_that_are_left_after_collapsing(tmp_path: Path) -> None:
    transcriber = load(tiny.save_ctc(tmp_path))
    rows = torch.tensor([[0, 5, 5, 0, 5, 6, 0, 0], [5, 5, 6, 7, 7, 7, 7, 7]])
    _, n_tokens = collapse(rows, (8, 3), transcriber.tokenizer, skip_special_tokens=False)
    assert n_tokens == (3, 2)


@pytest.mark.parametrize("variant", [{"beams": 5}, {"max_new_tokens": 8}])
def test_settings_of_autoregressive_decoding_are_unavailable(tmp_path: Path, variant: dict[str, int]) -> None:
    folder = tiny.save_ctc(tmp_path)
    with pytest.raises(UnavailableError, match="best path"):
        load(folder, **variant)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("weights", ["dummy", "pretrained"])
def test_half_precision_reaches_every_weight(tmp_path: Path, dtype: str, weights: str) -> None:
    folder = tiny.save_ctc(tmp_path)
    transcriber = systems.load(
        str(folder), device="cpu", weights=weights, variant=Variant(dtype=dtype)
    ).system  # type: ignore[arg-type]
    assert {str(parameter.dtype) for parameter in transcriber.model.parameters()} == {f"torch.{dtype}"}
    assert transcriber.dtype == dtype
    assert len(transcribe(transcriber, [noise(2)]).texts) == 1


def test_a_recording_too_short_for_the_convolutions_is_named() -> None:
    # One frame of 400 samples, then kernels of 5 and 4 over strides of 100 and 2: 400 + 100 (4 + 2 * 3).
    systems.check_lengths("asr-harness/ctc-mini", "pretrained", {"long": 1400})
    with pytest.raises(ModelError, match=r"ctc-mini needs 1400 samples.*shorter: brief \(1399 samples\)"):
        systems.check_lengths("asr-harness/ctc-mini", "pretrained", {"brief": 1399, "long": 1400})
    systems.check_lengths("asr-harness/whisper-mini", "pretrained", {"brief": 1})
