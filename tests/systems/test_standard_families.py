"""Each family on a tiny checkpoint as the hub's cache holds it, against transformers' own way to run it."""

from functools import cache
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from asr_harness import systems
from asr_harness.errors import ModelError
from asr_harness.measure import transcribe
from asr_harness.systems import BASELINE, Variant
from asr_harness.systems.hf.ctc_system import CtcSystem
from asr_harness.systems.hf.encoder_decoder import EncoderDecoderSystem
from asr_harness.systems.hf.system import HfSystem
from asr_harness.systems.hf.transducer import TransducerSystem
from tests import checkpoints as tiny
from tests import tiny_families
from tests.conftest import noise

EAGER = Variant(attention="eager")
ALL = tiny_families.CTC | tiny_families.TRANSDUCERS | tiny_families.ENCODER_DECODERS
AUDIO = [noise(2.0), noise(1.2, seed=1)]
# An even kernel with padding "same", as LASR has; torch says so once a process.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning"),
    pytest.mark.filterwarnings("ignore:TF32 acceleration on top of oneDNN:UserWarning"),
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub cache with a tiny checkpoint of each family."""
    made, hub = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("hub")
    for name, config in ALL.items():
        tiny.publish(tiny.save(made / name, config), hub, f"someone/{name}")
    return hub


@pytest.fixture(autouse=True)
def hub_cache(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(hub))
    monkeypatch.setenv("HF_HUB_CACHE", str(hub))


@cache
def load(name: str, variant: Variant = BASELINE) -> HfSystem:
    """Load once for all tests, none of which changes what it is given."""
    system = systems.load(f"someone/{name}", device="cpu", weights="pretrained", variant=variant).system
    assert isinstance(system, HfSystem)
    return system


@pytest.mark.parametrize("name", ALL)
def test_a_checkpoint_of_the_hub_is_whole(name: str) -> None:
    systems.check_checkpoint(f"someone/{name}", "pretrained")


@pytest.mark.parametrize("name", ALL)
def test_the_passes_counted_are_all_that_a_run_computes(name: str) -> None:
    system = load(name, EAGER)
    recording = system.passes_recorded()
    assert recording is not None
    features = system.preprocess(AUDIO)
    # oneDNN's own LSTM is one operator that no counter knows.
    with (
        torch.backends.mkldnn.flags(enabled=False),
        recording as passes,
        FlopCounterMode(display=False) as ran,
    ):
        system.decode(system.encode(features))
    assert sum(map(system.flops, passes)) == ran.get_total_flops()


@pytest.mark.parametrize("name", ALL)
def test_the_closed_form_is_the_count(name: str) -> None:
    system = load(name, EAGER)
    with system.passes_recorded() as passes:
        transcribe(system, AUDIO)
    for network_pass in passes:
        closed = system._work.closed_form(system.model.config, network_pass)
        assert closed in (None, system.flops(network_pass))


@pytest.mark.heavy
@pytest.mark.parametrize("name", ALL)
def test_what_a_pass_must_move_holds_its_weights(name: str) -> None:
    system = load(name)
    with system.passes_recorded() as passes:
        transcribe(system, AUDIO)
    assert all(system.moved_bytes(network_pass) > 0 for network_pass in passes)
    encode = next(p for p in passes if p.kind == "encode")
    assert system.moved_bytes(encode) > system._weight_bytes["encode"]


@pytest.mark.parametrize("name", ALL)
def test_padding_counts_as_processed_audio_and_leaves_the_neighbours_words(name: str) -> None:
    system = load(name)
    together, alone = transcribe(system, AUDIO), transcribe(system, AUDIO[:1])
    assert together.processed_s == 4.0
    assert together.texts[0] == alone.texts[0]
    assert together.n_tokens is not None
    assert alone.n_tokens == together.n_tokens[:1]


@pytest.mark.heavy
@pytest.mark.parametrize("name", ALL)
def test_half_precision_reaches_every_weight(name: str) -> None:
    system = load(name, Variant(dtype="bfloat16"))
    assert {parameter.dtype for parameter in system.model.parameters()} == {torch.bfloat16}
    assert len(transcribe(system, AUDIO).texts) == 2


@pytest.mark.heavy
@pytest.mark.parametrize("name", ALL)
def test_a_batch_costs_more_the_longer_and_the_larger_it_is(name: str) -> None:
    def flops(batch_size: int, audio_s: float) -> float:
        cost = systems.estimate_cost(
            f"someone/{name}", weights="pretrained", batch_size=batch_size, audio_s=audio_s
        )
        assert min(cost.weight_bytes, cost.activation_bytes, cost.streamed_bytes) > 0
        return cost.flops

    assert 0 < flops(1, 2) < flops(1, 5) < flops(4, 5)


@pytest.mark.parametrize("name", tiny_families.CTC)
def test_ctc_gives_what_the_models_own_forward_gives(name: str) -> None:
    system = load(name)
    assert isinstance(system, CtcSystem)
    features = system.preprocess(AUDIO[:1])
    with torch.inference_mode():
        logits = system.model(features.inputs, attention_mask=features.attention_mask).logits
    (ids,) = logits.argmax(-1)
    n_frames = system.encode(features).n_frames[0]
    own = system.tokenizer.batch_decode([ids[:n_frames]], skip_special_tokens=system.skip_special_tokens)
    assert transcribe(system, AUDIO[:1]).texts == tuple(own)


@pytest.mark.parametrize("name", tiny_families.TRANSDUCERS)
def test_a_transducer_gives_what_generate_gives_when_it_encodes_itself(name: str) -> None:
    system = load(name)
    assert isinstance(system, TransducerSystem)
    features = system.preprocess(AUDIO[:1])
    prompt = system.language_prompt
    told = {} if prompt is None else {"prompt_ids": torch.tensor([prompt])}
    output = system.model.generate(
        input_features=features.inputs, attention_mask=features.attention_mask, max_length=1000, **told
    )
    own = system.tokenizer.batch_decode(
        [row[row != system.model.config.blank_token_id] for row in output.sequences],
        skip_special_tokens=True,
        group_tokens=False,
    )
    transcription = transcribe(system, AUDIO[:1])
    assert transcription.texts == tuple(own)
    assert transcription.n_tokens is not None
    assert transcription.n_tokens[0] > 0
    assert "get_audio_features" not in vars(system.model)


@pytest.mark.heavy
@pytest.mark.parametrize("name", tiny_families.TRANSDUCERS)
def test_a_transducer_decodes_what_it_is_handed_as_often_as_asked(name: str) -> None:
    system = load(name)
    encoded = system.encode(system.preprocess(AUDIO))
    assert system.decode(encoded) == system.decode(encoded)


@pytest.mark.parametrize("name", tiny_families.TRANSDUCERS)
def test_dummies_emit_the_script_whatever_the_length_of_their_neighbours(name: str) -> None:
    system = systems.load(f"someone/{name}", device="cpu", weights="dummy").system
    long, short = transcribe(system, [noise(10.0), noise(5.0)]).n_tokens or (0, 0)
    assert long == pytest.approx(33, abs=1)
    assert short == pytest.approx(16.5, abs=1)


def test_a_step_after_a_blank_leaves_the_prediction_network_out() -> None:
    system = systems.load("someone/parakeet_rnnt", device="cpu", weights="dummy").system
    assert isinstance(system, HfSystem)
    with system.passes_recorded() as passes:
        transcribe(system, AUDIO[:1])
    steps = [p for p in passes if p.kind == "step"]
    n_frames = next(p.n_new for p in passes if p.kind == "head")
    n_tokens = transcribe(system, AUDIO[:1]).n_tokens or (0,)
    assert len(steps) == pytest.approx(n_frames + n_tokens[0], abs=2)
    # The start token, and every token but one that may be the last.
    assert sum(p.n_new for p in steps) == pytest.approx(1 + n_tokens[0], abs=1)
    predicting, blank = (next(p for p in steps if p.n_new == n) for n in (1, 0))
    assert system.moved_bytes(predicting) > system.moved_bytes(blank)


def test_a_transducer_without_a_start_token_is_refused(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, ALL["parakeet_tdt"])
    (folder / "generation_config.json").write_text("{}")
    with pytest.raises(ModelError, match="decoder_start_token_id"):
        systems.check_checkpoint(str(folder), "pretrained")


@pytest.mark.parametrize("name", tiny_families.ENCODER_DECODERS)
def test_an_encoder_decoder_gives_what_generate_gives_when_it_encodes_itself(name: str) -> None:
    system = load(name, Variant(max_new_tokens=12))
    assert isinstance(system, EncoderDecoderSystem)
    features = system.preprocess(AUDIO[:1])
    prompt = system.how.prompt
    told = {"decoder_input_ids": torch.tensor([prompt])} if prompt else {}
    if "tgt_lang" in system.how.kwargs:
        told = {"tgt_lang": system.how.kwargs["tgt_lang"]}
    own = system.model.generate(
        features.inputs, attention_mask=features.attention_mask, max_new_tokens=12, do_sample=False, **told
    )
    assert transcribe(system, AUDIO[:1]).texts == tuple(
        system.tokenizer.batch_decode(own, skip_special_tokens=True)
    )


@pytest.mark.heavy
@pytest.mark.parametrize("name", tiny_families.ENCODER_DECODERS)
def test_beams_decode_what_they_are_handed_as_often_as_asked(name: str) -> None:
    system = load(name, Variant(beams=2, max_new_tokens=6))
    encoded = system.encode(system.preprocess(AUDIO))
    assert system.decode(encoded) == system.decode(encoded)


@pytest.mark.parametrize("name", tiny_families.ENCODER_DECODERS)
def test_dummies_decode_the_tokens_of_speech(name: str) -> None:
    system = systems.load(f"someone/{name}", device="cpu", weights="dummy").system
    assert transcribe(system, [noise(10.0)]).n_tokens == (33,)
