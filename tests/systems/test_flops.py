"""FLOPs counted on the meta device against closed forms, and against what a run really does."""

from pathlib import Path

import pytest
from transformers import AutoConfig, WhisperConfig

from asr_harness import systems
from asr_harness.devices.instruments.operators import OperatorMeter
from asr_harness.measure import transcribe
from asr_harness.systems import System, Variant
from asr_harness.systems.base import Pass
from asr_harness.systems.hf import counting
from asr_harness.systems.hf.ctc_work import CtcWork
from asr_harness.systems.hf.fixed_tokens import dummy_tokens
from asr_harness.systems.hf.system import HfSystem
from asr_harness.systems.hf.whisper_work import WhisperFlops, WhisperWork
from tests import checkpoints as tiny
from tests.conftest import noise

WHISPERS = ("tiny", "base", "small", "medium", "large-v3-turbo")
WINDOW = Pass("encode", 1, 3000)


def whisper_config(name: str) -> WhisperConfig:
    return WhisperConfig(**systems.architectures()[f"openai/whisper-{name}"])


@pytest.mark.parametrize(
    ("name", "gflop"), [("tiny", 36.937728), ("medium", 1138.065408), ("large-v3-turbo", 2273.77152)]
)
def test_an_encoder_window_costs_what_is_known(name: str, gflop: float) -> None:
    assert WhisperFlops(whisper_config(name)).of(WINDOW) / 1e9 == gflop


@pytest.mark.parametrize("name", WHISPERS)
def test_every_whisper_pass_equals_its_closed_form_to_the_digit(name: str) -> None:
    config = whisper_config(name)
    counted = WhisperFlops(config)
    for network_pass in (WINDOW, Pass("prompt", 1, 4), Pass("step", 1, 1, 4), Pass("step", 8, 1, 100)):
        assert counted.of(network_pass) == WhisperWork().closed_form(config, network_pass)


def test_the_first_decoder_step_of_tiny_carries_the_cross_attention_projections() -> None:
    config = whisper_config("tiny")
    first = WhisperWork().closed_form(config, Pass("prompt", 1, 1))
    later = WhisperWork().closed_form(config, Pass("step", 1, 1, 4))
    assert first / 1e9 == pytest.approx(3.6, abs=0.05)
    assert later / 1e6 == pytest.approx(65.6, abs=0.05)
    # Two projections of 1500 states in each of four layers.
    assert first - later == 4 * 2 * 2 * 1500 * 384**2 - 4 * 4 * 4 * 384


@pytest.mark.parametrize(
    "network_pass", [Pass("encode", 1, 80_000), Pass("encode", 1, 480_000), Pass("head", 1, 249)]
)
def test_wav2vec2_is_within_a_thousandth_of_its_closed_form(network_pass: Pass) -> None:
    config = AutoConfig.for_model(**systems.architectures()["facebook/wav2vec2-base-960h"])
    counted = CtcWork().flops(config).of(network_pass)
    assert counted == pytest.approx(CtcWork().closed_form(config, network_pass), rel=1e-3)


def test_counting_holds_no_weights() -> None:
    counted = WhisperFlops(whisper_config("tiny"))
    assert all(parameter.is_meta for parameter in counted.model.parameters())


def record(name: str, audio_s: tuple[float, ...], weights: str = "dummy", **settings: object) -> list[Pass]:
    transcriber = systems.load(
        name, device="cpu", weights=weights, variant=Variant.from_settings(settings)
    ).system  # type: ignore[arg-type]
    recording = transcriber.passes_recorded()
    assert recording is not None
    with recording as passes:
        transcribe(transcriber, [noise(s) for s in audio_s])
    return passes


def test_short_audio_makes_one_encoder_pass_and_one_decoder_pass_for_each_token_and_the_end(
    hub_cache: Path,
) -> None:
    passes = record("someone/whisper-tiny-test", (5.0, 4.0))
    assert [p.kind for p in passes] == ["encode", "prompt"] + ["step"] * dummy_tokens(5.0)
    assert {p.n_rows for p in passes} == {2}
    assert passes[0].n_new == 3000
    assert [p.n_past for p in passes[1:4]] == [0, 4, 5]


def test_long_audio_makes_an_encoder_pass_and_a_prompt_for_every_window(hub_cache: Path) -> None:
    passes = record("someone/whisper-tiny-test", (62.0,))
    assert [p.kind for p in passes if p.kind != "step"] == ["encode", "prompt"] * 3


def test_beams_are_rows_of_the_decoder(hub_cache: Path) -> None:
    passes = record("someone/whisper-tiny-test", (5.0,), beams=3)
    assert [p.n_rows for p in passes[:3]] == [1, 3, 3]


def test_the_cache_holds_keys_and_values_of_both_attentions(hub_cache: Path) -> None:
    last = record("someone/whisper-tiny-test", (5.0, 5.0))[-1]
    n_tokens = last.n_past + last.n_new
    # Rows × (self + cross) × (keys and values) × width × fp32, in one layer.
    assert last.cache_bytes == 2 * (n_tokens + 1500) * 2 * 16 * 4


def test_a_ctc_batch_is_one_pass_of_encoder_and_head(tmp_path: Path) -> None:
    passes = record(str(tiny.save_ctc(tmp_path)), (3.0, 2.0), "pretrained")
    assert [(p.kind, p.n_rows) for p in passes] == [("encode", 2), ("head", 2)]
    assert passes[0].n_new == 48_000


def test_recording_twice_gives_the_same(hub_cache: Path) -> None:
    name = "someone/whisper-tiny-test"
    assert record(name, (35.0, 5.0)) == record(name, (35.0, 5.0))


def test_weights_are_counted_once_however_shared(hub_cache: Path) -> None:
    model = systems.load("someone/whisper-tiny-test", device="cpu", weights="pretrained").system.model
    n_parameters, n_bytes = counting.weights(model)
    assert n_parameters == sum(parameter.numel() for parameter in model.parameters())
    assert n_bytes == 4 * n_parameters


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["asr-harness/whisper-mini", "asr-harness/ctc-mini"])
def test_the_count_does_not_depend_on_the_dtype_that_the_model_runs_in(name: str, dtype: str) -> None:
    full, other = (
        systems.load(name, device="cpu", weights="dummy", variant=Variant(dtype=kind)).system
        for kind in ("float32", dtype)
    )
    encode = Pass("encode", 2, 3000 if "whisper" in name else 48_000)
    assert full.flops(encode) == other.flops(encode)


def operators_dispatched(system: System) -> dict[str, int]:
    with OperatorMeter() as meter:
        transcribe(system, [noise(2)], meter.stage)
    return dict(meter.n_operators)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", ["asr-harness/whisper-mini", "asr-harness/ctc-mini"])
def test_counting_flops_leaves_the_live_model_as_it_was(name: str, dtype: str) -> None:
    system = systems.load(name, device="cpu", weights="dummy", variant=Variant(dtype=dtype)).system
    assert isinstance(system, HfSystem)
    config = system.model.config
    before = config._attn_implementation, config.dtype, operators_dispatched(system)
    system.flops(Pass("encode", 1, 3000 if "whisper" in name else 48_000))
    assert (config._attn_implementation, config.dtype, operators_dispatched(system)) == before
    assert config._attn_implementation == "sdpa"
