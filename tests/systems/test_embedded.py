"""The package's own checkpoints: what they hear, and that harm done to them shows."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.signal import resample_poly

from asr_harness import systems
from asr_harness.corpora.base import Utterance
from asr_harness.errors import ModelError
from asr_harness.measure.error_rate import pool, rate
from asr_harness.schema.audio import Samples
from asr_harness.systems import System
from asr_harness.systems.checkpoints import PACKAGED, weight_files
from tests.embedded_transcripts import NAMES, Heard, hear, load, utterances, wer

GOLDEN: Mapping[str, Mapping[str, object]] = json.loads(
    Path(__file__).with_name("embedded_transcripts.json").read_text("utf-8")
)
WORST_WER = {"asr-harness/ctc-mini": 0.15, "asr-harness/whisper-mini": 0.15}
WORST_WER_OF_A_MINUTE = {"asr-harness/ctc-mini": 0.10, "asr-harness/whisper-mini": 0.20}
both = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASR_HARNESS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def spoken() -> tuple[Utterance, ...]:
    return utterances()


@pytest.fixture(scope="module")
def longer() -> tuple[Utterance, ...]:
    return utterances("15s")


@pytest.fixture(scope="module")
def unharmed(spoken: tuple[Utterance, ...]) -> dict[str, tuple[Heard, ...]]:
    return {name: hear(load(name), spoken) for name in NAMES}


@pytest.fixture(scope="module")
def unharmed_longer(longer: tuple[Utterance, ...]) -> dict[str, tuple[Heard, ...]]:
    return {name: hear(load(name), longer) for name in NAMES}


def as_golden(heard: tuple[Heard, ...]) -> dict[str, object]:
    return {one.utterance: {"text": one.text, "words": asdict(one.errors.words)} for one in heard}


@both
def test_transcripts_and_error_counts_are_those_on_file(
    name: str, unharmed: dict[str, tuple[Heard, ...]]
) -> None:
    assert as_golden(unharmed[name]) == GOLDEN[name]


def test_a_fresh_process_hears_the_same() -> None:
    command = [sys.executable, "-m", "tests.embedded_transcripts"]
    root = Path(__file__).parents[2]
    said = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    assert json.loads(said.stdout) == GOLDEN


@both
def test_the_error_rate_is_as_reached_and_not_nought(
    name: str, unharmed: dict[str, tuple[Heard, ...]]
) -> None:
    assert 0.01 <= wer(unharmed[name]) <= WORST_WER[name]


@both
def test_a_minute_is_transcribed_as_well_as_the_card_says(name: str) -> None:
    (minute,) = utterances("60s", 1)
    assert wer(hear(load(name), [minute])) <= WORST_WER_OF_A_MINUTE[name]


def zero_weights(transcriber: System) -> None:
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in transcriber.model.parameters():
            parameter[torch.rand(parameter.shape, generator=generator) < 0.02] = 0


@both
def test_a_fiftieth_of_the_weights_at_nought_raises_wer(
    name: str, longer: tuple[Utterance, ...], unharmed_longer: dict[str, tuple[Heard, ...]]
) -> None:
    # Eight slices of 5 s hold too few words: whisper-mini has got through them with as many errors as before.
    harmed = load(name)
    zero_weights(harmed)
    assert wer(hear(harmed, longer)) - wer(unharmed_longer[name]) >= 0.05


@pytest.mark.heavy
@both
def test_int8_holds_fewer_bytes_and_moves_wer_by_little(name: str) -> None:
    # All of the bucket: a place lost in one utterance is two points of eight's.
    spoken = utterances("15s", None)
    quantised, before = load(name, quantisation="int8"), load(name)
    # Linear weights are a quarter of what they were; convolutions, embeddings and norms stay as they are.
    assert quantised.weights()[1] < 0.6 * before.weights()[1]
    assert abs(wer(hear(quantised, spoken)) - wer(hear(before, spoken))) <= 0.05


def through_8_khz(samples: Samples) -> Samples:
    return resample_poly(resample_poly(samples, 1, 2), 2, 1).astype(np.float32)


def without_its_end(samples: Samples) -> Samples:
    return samples[: int(0.8 * len(samples))]


@both
@pytest.mark.parametrize("harm", [through_8_khz, without_its_end])
def test_harmed_audio_raises_wer(
    name: str,
    harm: Callable[[Samples], Samples],
    spoken: tuple[Utterance, ...],
    unharmed: dict[str, tuple[Heard, ...]],
) -> None:
    harmed = [replace(utterance, samples=harm(utterance.samples)) for utterance in spoken]
    assert wer(hear(load(name), harmed)) > wer(unharmed[name])


@both
def test_what_is_cut_off_is_counted_as_deleted(
    name: str, longer: tuple[Utterance, ...], unharmed_longer: dict[str, tuple[Heard, ...]]
) -> None:
    cut = hear(load(name), [replace(one, samples=without_its_end(one.samples)) for one in longer])
    before, after = (pool(one.errors.words for one in heard) for heard in (unharmed_longer[name], cut))
    assert after.deletions - before.deletions >= 0.05 * before.n_reference


@both
def test_without_the_normaliser_wer_is_higher(name: str, unharmed: dict[str, tuple[Heard, ...]]) -> None:
    raw = rate(pool(one.errors.raw_words for one in unharmed[name]))
    assert raw is not None
    assert raw > wer(unharmed[name])


@both
def test_a_checkpoint_is_stored_in_half_precision_and_computes_in_the_one_asked_for(name: str) -> None:
    from safetensors import safe_open

    (file,) = weight_files(PACKAGED / name.partition("/")[2])
    with safe_open(file, "pt") as weights:
        assert {weights.get_tensor(key).dtype for key in weights.keys()} == {torch.float16}  # noqa: SIM118
    assert {parameter.dtype for parameter in load(name).model.parameters()} == {torch.float32}
    assert {parameter.dtype for parameter in load(name, dtype="bfloat16").model.parameters()} == {
        torch.bfloat16
    }


@both
def test_dummy_weights_have_the_shapes_of_the_trained_ones(name: str) -> None:
    trained, dummy = (
        systems.load(name, device="cpu", weights=weights).system.model.state_dict()
        for weights in ("pretrained", "dummy")
    )
    assert {key: value.shape for key, value in trained.items()} == {
        key: value.shape for key, value in dummy.items()
    }


def test_both_together_take_at_most_twelve_megabytes() -> None:
    assert sum(file.stat().st_size for folder in PACKAGED.iterdir() for file in weight_files(folder)) <= 12e6


def test_a_folder_of_the_same_name_goes_before_the_packages_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asr-harness" / "ctc-mini").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="holds no weights"):
        systems.find_checkpoint("asr-harness/ctc-mini", "pretrained")
