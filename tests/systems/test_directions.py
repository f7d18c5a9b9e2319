"""The directions of optimisation on the embedded models: really smaller where they say so, and one's own."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch

from asr_harness import systems
from asr_harness.corpora import BUCKETS_S, batches, load_slice
from asr_harness.defaults import VARIANTS
from asr_harness.errors import GridError, UnavailableError
from asr_harness.measure.transcription import transcribe
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.systems.base import Pass
from asr_harness.systems.hf.reshaping import sparsify
from asr_harness.systems.hf.whisper_decoding import StopAtRepetition
from asr_harness.systems.variant import Variant

WHISPER, CTC = "asr-harness/whisper-mini", "asr-harness/ctc-mini"


def load(model: str, **settings: object) -> systems.System:
    variant = Variant.from_settings(settings)
    return systems.load(model, device="cpu", weights="pretrained", variant=variant).system


def heard(system: systems.System) -> tuple[tuple[str, ...], list[Pass]]:
    slice_ = load_slice("embedded", "5s", limits_s=BUCKETS_S["5s"], n_utterances=1)
    recording = system.passes_recorded()
    assert recording is not None
    with recording as passes:
        texts = transcribe(system, [slice_.utterances[0].samples]).texts
    return texts, passes


def encode_flops(system: systems.System, passes: list[Pass]) -> float:
    return sum(system.flops(each) or 0.0 for each in passes if each.stage == "encode")


@pytest.mark.parametrize("model", [WHISPER, CTC])
@pytest.mark.parametrize("settings", [{"prune_encoder": 0.5}, {"encoder_stride": 2}])
def test_what_is_cut_out_of_an_encoder_is_gone(model: str, settings: Mapping[str, object]) -> None:
    whole, smaller = load(model), load(model, **settings)
    n_whole, n_smaller = (system.weights() for system in (whole, smaller))
    assert n_whole is not None
    assert n_smaller is not None
    assert n_smaller[0] < n_whole[0]
    assert encode_flops(smaller, heard(smaller)[1]) < 0.8 * encode_flops(whole, heard(whole)[1])


def test_half_a_decoder_costs_less_a_step() -> None:
    whole, half = load(WHISPER), load(WHISPER, decoder_stride=2)
    step = Pass("step", 1, 1, 10)
    assert (half.flops(step) or 0.0) < (whole.flops(step) or 0.0)
    assert heard(half)[1]


def test_zeros_leave_the_size_and_the_flops_as_they_are() -> None:
    whole, sparse = load(WHISPER), load(WHISPER, sparse_encoder=0.5)
    assert sparse.weights() == whole.weights()
    assert encode_flops(sparse, heard(sparse)[1]) == encode_flops(whole, heard(whole)[1])


@pytest.mark.parametrize("pattern", ["free", "2:4"])
def test_half_of_the_weights_become_zero_the_smallest_first(pattern: str) -> None:
    layer = torch.nn.Linear(8, 4, bias=False)
    stack = torch.nn.Module()
    stack.layers = torch.nn.ModuleList([layer])
    before = layer.weight.detach().clone()
    sparsify(stack, 0.5, pattern)
    zero = layer.weight == 0
    assert zero.sum() == 16
    if pattern == "2:4":
        assert (zero.view(-1, 4).sum(1) == 2).all()
    else:
        assert before[zero].abs().max() <= before[~zero].abs().min()


def test_a_context_cut_to_the_clip_encodes_no_padding_and_changes_its_own_model_alone() -> None:
    whole, cut = load(WHISPER), load(WHISPER, audio_context="clip")
    _, passes = heard(cut)
    assert passes[0].n_new < 800
    assert all(each.n_states == passes[0].n_new // 2 for each in passes if each.stage == "decode")
    cut_decode, whole_decode = (system.flops(passes[1]) for system in (cut, load(WHISPER)))
    assert cut_decode == whole_decode  # what a pass attends to is told by the pass, not by the system
    assert heard(whole)[1][0].n_new == 3000


@pytest.mark.parametrize("settings", [{"cache": "static"}, {"prompt_lookup": 10}, {"stopping": "repetition"}])
def test_what_only_decodes_otherwise_hears_the_same(settings: Mapping[str, object]) -> None:
    assert heard(load(WHISPER, **settings))[0] == heard(load(WHISPER))[0]


def test_decoding_anew_is_the_same_each_time_and_leaves_the_generator_alone() -> None:
    system = load(WHISPER, stopping="fallback")
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    assert heard(system)[0] == heard(system)[0]
    assert torch.rand(1) == expected


def test_lookup_in_a_batch_is_unavailable_with_the_way_out() -> None:
    system = load(WHISPER, prompt_lookup=10)
    slice_ = load_slice("embedded", "5s", limits_s=BUCKETS_S["5s"], n_utterances=2)
    with pytest.raises(UnavailableError, match="batch size 1"):
        transcribe(system, [utterance.samples for utterance in slice_.utterances])


def test_what_a_ctc_model_has_no_decoder_for_is_unavailable() -> None:
    with pytest.raises(UnavailableError, match="decoder_stride"):
        load(CTC, decoder_stride=2)


def test_a_loop_ends_and_plain_text_does_not() -> None:
    rows = torch.tensor([[1, 2, 3] * 5, list(range(15))])
    assert StopAtRepetition()(rows, torch.empty(0)).tolist() == [True, False]


def test_by_arrival_batches_keep_the_order_of_the_slice() -> None:
    slice_ = load_slice("embedded", "5s", limits_s=BUCKETS_S["5s"], n_utterances=4)
    queued = [each for batch in batches(slice_, 2, by_arrival=True) for each in batch]
    assert queued == list(slice_.utterances)
    load(CTC, batching="arrival")


@pytest.mark.parametrize("settings", [{"prune_encoder": 1.0}, {"sparsity": "3:4"}, {"stopping": "soon"}])
def test_what_is_no_direction_is_refused(settings: Mapping[str, object]) -> None:
    with pytest.raises(GridError, match=next(iter(settings))):
        Variant.from_settings(settings)


def test_every_named_variant_is_well_formed() -> None:
    for settings in VARIANTS.values():
        Variant.from_settings(settings)


def spoken(n: int = 1) -> list[Samples]:
    slice_ = load_slice("embedded", "5s", limits_s=BUCKETS_S["5s"], n_utterances=n)
    return [utterance.samples for utterance in slice_.utterances]


def test_an_assistant_drafts_and_the_words_stay_those_of_the_model() -> None:
    # The model drafts for itself: every draft is right, and what it costs is twice the work.
    whole, assisted = load(WHISPER), load(WHISPER, assistant=WHISPER)
    assert transcribe(assisted, spoken()).texts == transcribe(whole, spoken()).texts
    n_whole, n_assisted = whole.weights(), assisted.weights()
    assert n_whole is not None
    assert n_assisted is not None
    assert n_assisted[0] == 2 * n_whole[0]
    with pytest.raises(UnavailableError, match="an assistant guesses for one recording at a time"):
        transcribe(assisted, spoken(2))


def test_the_work_of_an_assistant_is_counted_as_its_own() -> None:
    whole, assisted = load(WHISPER), load(WHISPER, assistant=WHISPER)
    passes = {system: heard(system)[1] for system in (whole, assisted)}
    assert {each.network for each in passes[assisted]} == {"", "assistant"}
    assert encode_flops(assisted, passes[assisted]) == 2 * encode_flops(whole, passes[whole])
    drafts, checks = (
        [each for each in passes[assisted] if each.stage == "decode" and each.network == name]
        for name in ("assistant", "")
    )
    # Every draft is right, so that few passes check what took one pass a token to draft.
    assert len(checks) < len(drafts) / 2
    assert max(each.n_new for each in checks) > 2
    assert all((assisted.flops(each) or 0) > 0 for each in (*drafts, *checks))
    assert all((assisted.moved_bytes(each) or 0) > 0 for each in (*drafts, *checks))


@pytest.mark.parametrize("other", [{"assistant": WHISPER}, {"stopping": "fallback"}])
def test_a_context_that_would_not_be_cut_is_unavailable(other: Mapping[str, object]) -> None:
    name, value = next(iter(other.items()))
    with pytest.raises(UnavailableError, match=f"audio_context='clip' and {name}='{value}': `generate` then"):
        load(WHISPER, audio_context="clip", **other)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"assistant": "auto"}, "has no usual assistant; known are those of openai/whisper-base"),
        ({"assistant": CTC}, "is no Whisper but wav2vec2|generation|tokenizer"),
        ({"assistant": "nobody/nothing"}, "cannot run with assistant='nobody/nothing'"),
        ({"checkpoint": "distilled"}, "has no usual checkpoint; known are those of openai/whisper-small.en"),
        ({"checkpoint": "nobody/nothing"}, "cannot run with checkpoint='nobody/nothing'"),
    ],
)
def test_kin_that_is_not_there_is_unavailable_with_the_way_out(
    settings: Mapping[str, object], message: str
) -> None:
    with pytest.raises(UnavailableError, match=message):
        load(WHISPER, **settings)


def test_another_checkpoint_is_loaded_in_place_of_the_models_own() -> None:
    assert load(WHISPER, checkpoint=CTC).weights() == load(CTC).weights()


def test_silence_is_left_out_and_what_has_no_speech_has_no_words() -> None:
    pytest.importorskip("faster_whisper")
    system = load(CTC, vad="silero")
    (speech,) = spoken()
    silence = np.zeros(3 * SAMPLE_RATE_HZ, np.float32)
    padded = np.concatenate([silence, speech, silence])
    answer = transcribe(system, [silence, padded, silence])
    assert answer.texts[0] == answer.texts[2] == ""
    assert len(answer.texts[1].split()) > 5
    assert transcribe(system, [silence]).texts == ("",)
    recording = system.passes_recorded()
    assert recording is not None
    with recording as passes:
        transcribe(system, [padded])
    assert passes[0].n_new < len(padded) - 2 * SAMPLE_RATE_HZ


def test_long_audio_in_chunks_is_joined_and_short_audio_is_heard_as_it_was() -> None:
    whole, chunked = load(WHISPER), load(WHISPER, long_form="chunked")
    short = spoken(8)
    long = np.concatenate(short)
    assert len(long) > 32 * SAMPLE_RATE_HZ
    answer = transcribe(chunked, [short[0], long])
    assert answer.texts[0] == transcribe(whole, short[:1]).texts[0]
    pieces = " ".join(transcribe(whole, short).texts).split()
    heard_words = answer.texts[1].split()
    assert 0.8 < len(heard_words) / len(pieces) < 1.2
    recording = chunked.passes_recorded()
    assert recording is not None
    with recording as passes:
        transcribe(chunked, [long])
    assert [each.n_rows for each in passes if each.kind == "encode"] == [2]
