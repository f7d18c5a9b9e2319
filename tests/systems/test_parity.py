"""One real checkpoint in several systems hears the same words: run where it and real speech are at hand.

`HF_HUB_CACHE` names the hub's cache that holds openai/whisper-base. On a machine without it, or without
recordings, the embedded checkpoint stands in (test_runtimes.py).
"""

from collections.abc import Iterator

import pytest

from asr_harness import systems
from asr_harness.corpora import BUCKETS_S, Utterance, load_slice
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.measure import transcribe
from asr_harness.measure.error_rate import pool, rate, utterance_errors
from asr_harness.measure.text import normalise
from tests.conftest import SPEECH
from tests.embedded_transcripts import load
from tests.systems import openai_whisper

BASE = "openai/whisper-base"
SLICES = {"5s": 3, "15s": 1, "60s": 1}

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not SPEECH.is_dir(), reason=f"no real speech at {SPEECH}"),
]
Words = dict[str, str]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    try:
        systems.check_checkpoint(BASE, "pretrained")
    except ModelError as error:
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASR_HARNESS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def spoken() -> tuple[Utterance, ...]:
    return tuple(
        utterance
        for bucket, n in SLICES.items()
        for utterance in load_slice(
            f"tedlium:{SPEECH}", bucket, limits_s=BUCKETS_S[bucket], n_utterances=n
        ).utterances
    )


@pytest.fixture(scope="module")
def expected(spoken: tuple[Utterance, ...]) -> Words:
    """What the transformers path hears, in one batch for each of two lengths: short and long form mixed."""
    texts = transcribe(load(BASE), [one.samples.copy() for one in spoken]).texts
    return {one.id: normalise(text) for one, text in zip(spoken, texts, strict=True)}


@pytest.fixture
def needs_faster_whisper() -> None:
    try:
        systems.check_checkpoint(f"faster-whisper:{BASE}", "pretrained")
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("needs_faster_whisper")
def test_faster_whisper_hears_what_transformers_hears_long_form_included(
    spoken: tuple[Utterance, ...], expected: Words
) -> None:
    system = load(f"faster-whisper:{BASE}")
    heard = {one.id: normalise(transcribe(system, [one.samples]).texts[0]) for one in spoken}
    assert heard == expected


@pytest.mark.usefixtures("needs_faster_whisper")
def test_ctranslate2_hears_what_transformers_hears_in_a_batch(
    spoken: tuple[Utterance, ...], expected: Words
) -> None:
    short = [one for one in spoken if one.audio_s <= 30.0]
    texts = transcribe(load(f"ctranslate2:{BASE}"), [one.samples for one in short]).texts
    assert {one.id: normalise(text) for one, text in zip(short, texts, strict=True)} == {
        one.id: expected[one.id] for one in short
    }


def test_whisper_cpp_hears_what_transformers_hears_and_nearly_so_in_long_form(
    spoken: tuple[Utterance, ...], expected: Words
) -> None:
    try:
        systems.check_checkpoint(f"whisper-cpp:{BASE}", "pretrained")
    except UnavailableError as error:
        pytest.skip(str(error))
    texts = transcribe(load(f"whisper-cpp:{BASE}"), [one.samples for one in spoken]).texts
    for one, text in zip(spoken, texts, strict=True):
        words = utterance_errors(expected[one.id], normalise(text)).words
        assert (rate(pool([words])) or 0.0) <= (0.0 if one.audio_s <= 30.0 else 0.03)


# It leaves the file of its vocabulary open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_openai_whisper_hears_what_transformers_hears_long_form_included(
    spoken: tuple[Utterance, ...], expected: Words
) -> None:
    pytest.importorskip("whisper", reason="openai-whisper is not installed")
    import whisper

    path = systems.find_checkpoint(BASE, "pretrained").path
    assert path is not None
    model = openai_whisper.load(path)
    heard = {}
    for one in spoken:
        answer = whisper.transcribe(
            model, one.samples, language="en", temperature=0.0, fp16=False, condition_on_previous_text=False,
            no_speech_threshold=None, logprob_threshold=None, compression_ratio_threshold=None,
            without_timestamps=one.audio_s <= 30.0,
        )  # fmt: skip
        heard[one.id] = normalise(answer["text"])
    assert heard == expected
