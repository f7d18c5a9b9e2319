"""Whisper's three stages against transformers' own way of doing it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from transformers import WhisperForConditionalGeneration

from asr_harness import systems
from asr_harness.errors import ModelError
from asr_harness.measure import transcribe
from asr_harness.schema import StageName
from asr_harness.systems import Variant
from asr_harness.systems.checkpoints import PACKAGED
from asr_harness.systems.hf.fixed_tokens import dummy_tokens
from asr_harness.systems.hf.whisper_system import WhisperSystem
from tests.conftest import noise

NAME = "someone/whisper-tiny-test"


def load(**settings: object) -> WhisperSystem:
    transcriber = systems.load(
        NAME, device="cpu", weights="pretrained", variant=Variant.from_settings(settings)
    ).system
    assert isinstance(transcriber, WhisperSystem)
    return transcriber


def load_dummy(**settings: object) -> WhisperSystem:
    transcriber = systems.load(
        NAME, device="cpu", weights="dummy", variant=Variant.from_settings(settings)
    ).system
    assert isinstance(transcriber, WhisperSystem)
    return transcriber


@pytest.fixture
def transcriber(hub_cache: Path) -> WhisperSystem:
    return load(max_new_tokens=12)


def bare_generate(transcriber: WhisperSystem, *audio_s: float, **kwargs: object) -> list[str]:
    extractor = transcriber.feature_extractor
    features = extractor(
        [noise(s) for s in audio_s],
        sampling_rate=16_000,
        return_tensors="pt",
        return_attention_mask=True,
        **kwargs,
    )
    with torch.inference_mode():
        ids = transcriber.model.generate(
            features.input_features,
            attention_mask=features.attention_mask,
            language="en",
            task="transcribe",
            max_new_tokens=12,
            num_beams=transcriber.generate_kwargs["num_beams"],
            return_timestamps=bool(kwargs),
        )
    return transcriber.tokenizer.batch_decode(ids, skip_special_tokens=True)


def test_short_audio_gives_what_a_bare_generate_gives(transcriber: WhisperSystem) -> None:
    found = transcribe(transcriber, [noise(5), noise(3)])
    assert list(found.texts) == bare_generate(transcriber, 5, 3)
    assert all(found.texts)


def test_long_audio_gives_what_a_bare_generate_gives(transcriber: WhisperSystem) -> None:
    found = transcribe(transcriber, [noise(62), noise(35)])
    assert list(found.texts) == bare_generate(transcriber, 62, 35, truncation=False, padding="longest")


def test_beams_give_what_a_bare_generate_gives(hub_cache: Path) -> None:
    transcriber = load(max_new_tokens=12, beams=3)
    found = transcribe(transcriber, [noise(5), noise(3)])
    assert list(found.texts) == bare_generate(transcriber, 5, 3)


def test_short_audio_is_encoded_once_and_only_in_the_encode_stage(transcriber: WhisperSystem) -> None:
    passes: list[int] = []
    transcriber.model.get_encoder().register_forward_hook(lambda *_: passes.append(1))
    encoded = transcriber.encode(transcriber.preprocess([noise(5)]))
    assert len(passes) == 1
    transcriber.decode(encoded)
    assert len(passes) == 1


def test_every_window_of_long_audio_counts_to_encode(hub_cache: Path) -> None:
    transcriber = load_dummy()
    passes: list[int] = []
    transcriber.model.get_encoder().register_forward_hook(lambda _, inputs, __: passes.append(1))
    entered: list[str] = []

    @contextmanager
    def stage(name: StageName) -> Iterator[None]:
        entered.append(name)
        n_passes = len(passes)
        yield
        entered.append(f"{name} left after {len(passes) - n_passes}")

    found = transcribe(transcriber, [noise(62)], stage)
    assert len(passes) == 3
    assert found.processed_s == 90.0
    assert entered.count("encode left after 1") == 3
    assert entered[-1] == "decode left after 3"


def test_no_audio_of_a_long_recording_is_dropped(hub_cache: Path) -> None:
    transcriber = load_dummy()
    found = transcribe(transcriber, [noise(62)])
    # Windows of 30, 30 and 2 s, each with the tokens of a full one.
    assert found.n_tokens == (3 * dummy_tokens(30.0),)


def test_a_batch_may_mix_recordings_of_more_and_of_less_than_one_window(hub_cache: Path) -> None:
    found = transcribe(load_dummy(), [noise(35), noise(20)])
    assert len(found.texts) == 2
    assert found.processed_s == 90.0


def test_exactly_one_window_is_short_form(transcriber: WhisperSystem) -> None:
    (encoded,) = transcriber.encode(transcriber.preprocess([noise(30)]))
    assert encoded.encoder_outputs is not None


def test_a_neighbour_longer_than_a_window_does_not_change_the_words_of_a_shorter_recording(
    hub_cache: Path,
) -> None:
    transcriber = load(max_new_tokens=12)
    config = transcriber.model.generation_config
    # Random weights write timestamps where the prompt forbids them, and `generate` then seeks on in vain.
    transcriber.generate_kwargs["suppress_tokens"] = list(range(config.no_timestamps_token_id + 1, 2_410))
    audio = [noise(35), noise(26), noise(40, seed=2), noise(5)]
    together = transcribe(transcriber, audio)
    alone = [transcribe(transcriber, [samples]) for samples in audio]
    assert together.texts == tuple(text for one in alone for text in one.texts)
    # In one long form the shorter ones would be cut into windows by the timestamps they decode.
    short = transcribe(transcriber, [audio[1], audio[3]])
    long = transcribe(transcriber, [audio[0], audio[2]])
    assert together.texts == (long.texts[0], short.texts[0], long.texts[1], short.texts[1])
    assert together.n_tokens is not None
    assert together.n_tokens[1::2] == short.n_tokens
    assert together.processed_s == short.processed_s + long.processed_s  # type: ignore[operator]


def test_a_batch_of_both_forms_can_be_decoded_again(hub_cache: Path) -> None:
    transcriber = load(max_new_tokens=12, beams=2)
    encoded = transcriber.encode(transcriber.preprocess([noise(35), noise(5)]))
    assert transcriber.decode(encoded) == transcriber.decode(encoded)


def test_dummy_weights_decode_a_fixed_number_of_tokens(hub_cache: Path) -> None:
    found = transcribe(load_dummy(), [noise(5), noise(5, seed=1)])
    assert found.n_tokens == (dummy_tokens(5.0),) * 2
    assert len(set(found.texts)) == 1


def test_dummy_weights_decode_a_fixed_number_of_tokens_with_beams_too(hub_cache: Path) -> None:
    found = transcribe(load_dummy(beams=3), [noise(5)])
    assert found.n_tokens == (dummy_tokens(5.0),)


def test_the_encoder_hooks_are_gone_after_decoding(transcriber: WhisperSystem) -> None:
    transcribe(transcriber, [noise(35)])
    encoder = transcriber.model.get_encoder()
    assert not encoder._forward_hooks
    assert not encoder._forward_pre_hooks


def test_what_was_encoded_can_be_decoded_again(hub_cache: Path) -> None:
    transcriber = load(max_new_tokens=12, beams=3)
    encoded = transcriber.encode(transcriber.preprocess([noise(5), noise(3)]))
    assert transcriber.decode(encoded).texts == transcriber.decode(encoded).texts
    assert len(transcriber.decode(encoded).texts) == 2


def test_english_is_given_and_not_detected(transcriber: WhisperSystem) -> None:
    assert transcriber.generate_kwargs["language"] == "en"
    assert transcriber.generate_kwargs["task"] == "transcribe"


def test_the_language_is_prompted_for_and_one_that_is_not_known_is_refused(
    transcriber: WhisperSystem,
) -> None:
    transcriber.model.generation_config.lang_to_id = {"<|en|>": 3, "<|de|>": 4}
    transcriber.set_language("de")
    assert transcriber.generate_kwargs["language"] == "de"
    with pytest.raises(ModelError, match="no token for the language 'ja'; it has de, en"):
        transcriber.set_language("ja")


def test_a_checkpoint_of_english_alone_refuses_any_other_language(transcriber: WhisperSystem) -> None:
    transcriber.model.generation_config.is_multilingual = False
    transcriber.set_language("en")
    with pytest.raises(ModelError, match="transcribes English alone, and the language is 'de'"):
        transcriber.set_language("de")


@pytest.mark.parametrize(
    ("variant", "dtype"), [({"dtype": "bfloat16"}, torch.bfloat16), ({"attention": "eager"}, torch.float32)]
)
def test_a_variant_reaches_the_model(hub_cache: Path, variant: dict[str, str], dtype: torch.dtype) -> None:
    transcriber = load(max_new_tokens=4, **variant)
    assert transcriber.model.dtype == dtype
    assert transcriber.model.config._attn_implementation == variant.get("attention", "sdpa")
    assert len(transcribe(transcriber, [noise(5)]).texts) == 1


def test_int8_quantises_the_linear_layers(hub_cache: Path) -> None:
    transcriber = load(max_new_tokens=4, quantisation="int8")
    layer = transcriber.model.get_encoder().layers[0].fc1
    assert type(layer.weight).__module__.startswith("torchao.")
    assert len(transcribe(transcriber, [noise(5)]).texts) == 1


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_every_beam_of_every_utterance_costs_a_cache(hub_cache: Path, dtype: str) -> None:
    def streamed_bytes(batch_size: int, beams: int) -> float:
        variant = Variant(dtype=dtype, beams=beams)
        return systems.estimate_cost(
            NAME, weights="pretrained", batch_size=batch_size, audio_s=5.0, variant=variant
        ).streamed_bytes

    config = load().model.config
    n_steps = dummy_tokens(5.0)
    a_cache = config.decoder_layers * 2 * config.d_model * (config.max_source_positions + n_steps)
    n_bytes = n_steps * a_cache * {"float32": 4, "float16": 2}[dtype]
    assert streamed_bytes(3, 5) - streamed_bytes(1, 1) == 14 * n_bytes


def test_weights_that_write_timestamps_unasked_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "untrained"
    shutil.copytree(PACKAGED / "whisper-mini", folder)
    model = WhisperForConditionalGeneration.from_pretrained(folder)
    first = model.generation_config.no_timestamps_token_id + 1
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        # The last norm's bias points where the timestamps' embeddings lie.
        vectors = model.model.decoder.embed_tokens.weight[first:]
        vectors.copy_(0.5 + 0.3 * torch.randn(vectors.shape, generator=generator))
        model.model.decoder.layer_norm.bias.fill_(1.0)
    model.generation_config.max_length = 60
    model.save_pretrained(folder)
    system = systems.load(str(folder), device="cpu", weights="pretrained").system
    with pytest.raises(ModelError, match="untrained writes timestamps though it is told to write none"):
        transcribe(system, [noise(5), noise(3)])
