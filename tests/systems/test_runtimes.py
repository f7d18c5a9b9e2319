"""Runtimes by name: what is refused, what is converted when, and that they hear what transformers hears."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from asr_harness import systems
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.grid import make_plan
from asr_harness.judge.across_systems import differing_words
from asr_harness.measure import transcribe
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.systems import Variant, conversions, runtime
from asr_harness.systems.base import untimed
from benchmarks.grid import GRID
from tests.conftest import noise
from tests.embedded_transcripts import hear, load, utterances

MINI = "asr-harness/whisper-mini"
needs_ctranslate2 = pytest.mark.skipif(
    not all(runtime.known()["faster-whisper"].versions.values()), reason="faster-whisper is not installed"
)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("ASR_HARNESS_CACHE", str(folder))
        yield folder


def padded(samples: Samples) -> Samples:
    return np.pad(samples, (0, 30 * SAMPLE_RATE_HZ - len(samples)))


def test_a_runtime_stands_before_the_checkpoint_and_a_grids_name_is_its_source() -> None:
    plan = make_plan(GRID, models=["faster-whisper:whisper-base", f"ctranslate2:{MINI}"], parse_bucket=str)  # type: ignore[arg-type]
    assert plan.sources == {
        "faster-whisper.whisper-base": "faster-whisper:openai/whisper-base",
        "ctranslate2.whisper-mini": f"ctranslate2:{MINI}",
    }
    assert not systems.is_own(f"ctranslate2:{MINI}")


def test_a_folder_of_that_very_name_is_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ctranslate2:mine").mkdir()
    monkeypatch.chdir(tmp_path)
    assert runtime.split("ctranslate2:mine") is None
    assert runtime.split("ctranslate2:other") is not None
    assert runtime.split("module:function") is None


def test_naming_a_runtime_imports_no_engine() -> None:
    code = (
        "import sys; from asr_harness.systems.runtime import split; assert split('faster-whisper:a/b');"
        "print([name for name in ('torch', 'ctranslate2', 'faster_whisper') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_that_is_not_installed_is_refused_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "find_spec", lambda _: None)
    with pytest.raises(UnavailableError, match=r"pip install 'asr-harness\[faster-whisper\]'"):
        systems.check_checkpoint(f"faster-whisper:{MINI}", "pretrained")


def test_dummy_weights_are_refused() -> None:
    with pytest.raises(ModelError, match="--asr-weights pretrained"):
        systems.check_checkpoint("ctranslate2:openai/whisper-tiny", "dummy")


def test_another_kind_of_model_is_refused() -> None:
    with pytest.raises(ModelError, match="ctranslate2 runs whisper"):
        systems.check_checkpoint("ctranslate2:asr-harness/ctc-mini", "pretrained")


@needs_ctranslate2
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"attention": "eager"}, "it knows beams"),
        ({"quantisation": "int4"}, "it has int8"),
        ({"dtype": "float16"}, "computes on cpu in"),
        ({"dtype": "float8"}, "computes on cpu in"),
    ],
)
def test_what_it_cannot_do_is_refused(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UnavailableError, match=words):
        load(f"ctranslate2:{MINI}", **settings)


@needs_ctranslate2
@pytest.mark.heavy
def test_a_checkpoint_is_converted_once_for_each_format(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transformers = systems.load(MINI, device="cpu", weights="pretrained")
    first = systems.load(f"ctranslate2:{MINI}", device="cpu", weights="pretrained")
    int8 = systems.load(
        f"faster-whisper:{MINI}", device="cpu", weights="pretrained", variant=Variant(quantisation="int8")
    )
    monkeypatch.setattr(conversions.subprocess, "run", None)
    again = systems.load(f"faster-whisper:{MINI}", device="cpu", weights="pretrained")
    assert len(list(cache.glob("*/conversions/*"))) == 2
    assert first.weights_fingerprint == int8.weights_fingerprint == transformers.weights_fingerprint
    assert len({one.decoding_fingerprint for one in (first, int8, again, transformers)}) == 4
    assert (first.system.dtype, int8.system.dtype) == ("float32", "int8_float32")
    counted = [one.system.weights() for one in (transformers, first, int8)]
    (n_parameters, _), (n_converted, float32_bytes), (_, int8_bytes) = (one or (0, 0) for one in counted)
    assert n_converted == n_parameters
    assert 0 < int8_bytes < 0.5 * float32_bytes


def test_a_converter_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = systems.find_checkpoint(MINI, "pretrained")
    with pytest.raises(ModelError, match=r"json:loads cannot convert 'asr-harness/whisper-mini'.*TypeError"):
        conversions.converted(checkpoint, converter="json:loads", versions={}, settings={"odd": "1"})


def test_the_converters_version_and_the_files_decide_which_conversion_is_meant(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def convert(_: object, target: Path, *__: object) -> None:
        made.append(target)
        (target / conversions.FACTS).write_text(json.dumps({"weights": "w", "files": str(len(made))}))

    monkeypatch.setattr(conversions, "_convert", convert)
    checkpoint = systems.find_checkpoint(MINI, "pretrained")
    for version in ("1", "2", "1"):
        conversions.converted(checkpoint, converter="a:b", versions={"x": version}, settings={})
    assert len(made) == 2


@pytest.mark.heavy
@needs_ctranslate2
def test_ctranslate2_hears_what_transformers_hears_alone_and_in_a_batch() -> None:
    spoken = utterances(n_utterances=4)
    expected = [one.text for one in hear(load(MINI), spoken)]
    system = load(f"ctranslate2:{MINI}")
    answer = transcribe(system, [one.samples for one in spoken])
    assert list(answer.texts) == expected
    assert answer.n_tokens == transcribe(load(MINI), [one.samples for one in spoken]).n_tokens
    assert answer.processed_s == 4 * 30.0


@needs_ctranslate2
def test_ctranslate2_says_what_transcribes_longer_audio() -> None:
    with pytest.raises(UnavailableError, match=r"31\.0 s: run the checkpoint as faster-whisper"):
        transcribe(load(f"ctranslate2:{MINI}"), [noise(31.0)])


@needs_ctranslate2
def test_faster_whisper_stages_are_told_apart_and_its_encoder_is_timed_inside_decode() -> None:
    from contextlib import contextmanager

    marks: list[str] = []

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        marks.append(f"+{name}")
        yield
        marks.append(f"-{name}")

    system = load(f"faster-whisper:{MINI}")
    answer = transcribe(system, [utterances(n_utterances=1)[0].samples], stage)  # type: ignore[arg-type]
    assert marks == [
        "+preprocess", "-preprocess", "+encode", "-encode", "+decode", "+encode", "-encode", "-decode",
    ]  # fmt: skip
    assert answer.processed_s == 30.0
    system.stage = untimed


@needs_ctranslate2
def test_a_longer_recording_takes_several_windows() -> None:
    talk = np.concatenate([one.samples for one in utterances("15s", n_utterances=4)])[: 40 * SAMPLE_RATE_HZ]
    answer = transcribe(load(f"faster-whisper:{MINI}"), [talk, talk[: 5 * SAMPLE_RATE_HZ]])
    assert (answer.processed_s or 0.0) >= 90.0
    longer, shorter = answer.n_tokens or (0, 0)
    assert longer > shorter > 0


@needs_ctranslate2
def test_faster_whisper_differs_on_whisper_mini_by_its_prompt_and_its_silence_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # It takes a vocabulary that is not Whisper's own for English-only; it pads features, and others audio.
    class Multilingual:
        is_multilingual = True

        def __init__(self, model: object) -> None:
            self.model = model

        def __getattr__(self, name: str) -> object:
            return getattr(self.model, name)

    spoken = utterances(n_utterances=4)
    expected = [one.text for one in hear(load(MINI), spoken)]
    system = load(f"faster-whisper:{MINI}")
    audio = [padded(one.samples) for one in spoken]
    by_its_prompt = transcribe(system, audio).texts
    system.model.model = Multilingual(system.model.model)  # type: ignore[attr-defined]
    heard = transcribe(system, audio).texts
    assert [differing_words(*pair) for pair in zip(expected, heard, strict=True)] == [""] * 4
    assert all(differing_words(*pair) for pair in zip(expected, by_its_prompt, strict=True))


@needs_ctranslate2
def test_the_batched_pipeline_hears_speech_where_there_is_some() -> None:
    talk = np.concatenate([one.samples for one in utterances("15s", n_utterances=2)])
    system = load(f"faster-whisper:{MINI}", batched=True)
    answer = transcribe(system, [talk, np.zeros(3 * SAMPLE_RATE_HZ, np.float32)])
    assert len(answer.texts[0].split()) > 10
    assert answer.texts[1] == ""
    assert (answer.n_tokens or (0, 1))[1] == 0


@pytest.mark.parametrize("name", sorted(runtime.known()))
def test_a_recording_too_short_for_the_checkpoint_is_named_whatever_runs_it(name: str) -> None:
    source = f"{name}:asr-harness/ctc-mini"
    systems.check_lengths(source, "pretrained", {"long": 1400})
    with pytest.raises(ModelError, match=rf"{source} needs 1400 samples.*shorter: brief \(1399 samples\)"):
        systems.check_lengths(source, "pretrained", {"brief": 1399})


def test_the_cost_is_that_of_the_family() -> None:
    plain, by_runtime = (
        systems.estimate_cost(source, weights="pretrained", batch_size=2, audio_s=5.0)
        for source in (MINI, f"ctranslate2:{MINI}")
    )
    assert by_runtime == plain
