"""Whisper-base beside kin of its own: ones that draft for it, and one in its place, all really loaded.

`HF_HUB_CACHE` names the hub's cache that holds openai/whisper-base. The kin is made of it, laid out as the
hub's cache has a checkpoint: a half, with every second layer of its decoder, as `half-decoder` keeps them,
whose drafts are refused since nobody trained it; and a twin of the same weights, whose drafts are accepted.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from asr_harness import systems
from asr_harness.corpora import BUCKETS_S, load_slice
from asr_harness.errors import ModelError, UnavailableError
from asr_harness.measure import transcribe
from asr_harness.measure.flops import stage_flops
from asr_harness.schema.audio import Samples
from asr_harness.systems.base import Pass
from asr_harness.systems.variant import Variant
from tests import checkpoints
from tests.conftest import SPEECH

BASE, ENGLISH_ONLY = "openai/whisper-base", "openai/whisper-tiny.en"
HALF, TWIN = "someone/whisper-base-half", "someone/whisper-base-twin"
SLICES = {"5s": 1}

pytestmark = pytest.mark.heavy


def require(*names: str) -> None:
    for name in names:
        try:
            systems.check_checkpoint(name, "pretrained")
        except ModelError as error:
            pytest.skip(str(error))


def load(**settings: object) -> systems.System:
    variant = Variant.from_settings(settings)
    return systems.load(BASE, device="cpu", weights="pretrained", variant=variant).system


def folder_of(name: str) -> str:
    return f"models--{name.replace('/', '--')}"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A hub's cache with whisper-base, its half and its twin."""
    require(BASE)
    made, hub = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("hub")
    load(decoder_stride=2).model.save_pretrained(made)  # type: ignore[attr-defined]
    path = systems.find_checkpoint(BASE, "pretrained").path
    assert path is not None
    for file in path.iterdir():
        if not (made / file.name).exists():
            shutil.copy(file, made)
    checkpoints.publish(made, hub, HALF)
    base = Path(constants.HF_HUB_CACHE).absolute() / folder_of(BASE)
    for name in (BASE, TWIN):
        (hub / folder_of(name)).symlink_to(base)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(hub))
        patch.setenv("HF_HUB_CACHE", str(hub))
        yield hub


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Samples, ...]:
    if not SPEECH.is_dir():
        pytest.skip(f"no real speech at {SPEECH}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASR_HARNESS_CACHE", str(tmp_path_factory.mktemp("cache")))
        slices = [
            load_slice(f"tedlium:{SPEECH}", bucket, limits_s=BUCKETS_S[bucket], n_utterances=n)
            for bucket, n in SLICES.items()
        ]
    return tuple(utterance.samples for slice_ in slices for utterance in slice_.utterances)


def heard(system: systems.System, spoken: tuple[Samples, ...]) -> tuple[list[str], int, list[Pass]]:
    """Give the words one by one, the tokens with the end of each, and the passes."""
    recording = system.passes_recorded()
    assert recording is not None
    with recording as passes:
        answers = [transcribe(system, [samples]) for samples in spoken]
    n_tokens = sum(sum(answer.n_tokens or ()) + 1 for answer in answers)
    return [answer.texts[0] for answer in answers], n_tokens, passes


def acceptance(n_tokens: int, passes: list[Pass]) -> float:
    """Give the share of drafts that the model took.

    A check gives a token of the model's own beside the drafts that it accepts; a draft is a pass.
    """
    n_checks, n_drafted = (
        sum(each.stage == "decode" for each in passes if each.network == network)
        for network in ("", "assistant")
    )
    return (n_tokens - n_checks) / n_drafted


def flops(system: systems.System, passes: list[Pass]) -> dict[str, float]:
    return dict(stage_flops(passes, lambda each: system.flops(each) or 0.0))


def test_an_assistant_of_another_tokenizer_is_unavailable_with_the_reason() -> None:
    require(BASE, ENGLISH_ONLY)
    message = f"assistant='{ENGLISH_ONLY}' has another tokenizer than {BASE}: it would draft other tokens"
    with pytest.raises(UnavailableError, match=message):
        load(assistant=ENGLISH_ONLY)


@pytest.mark.usefixtures("hub")
def test_the_usual_assistant_that_is_not_there_is_named_with_the_way_out() -> None:
    with pytest.raises(UnavailableError, match=r"assistant='openai/whisper-tiny': .*hf download"):
        load(assistant="auto")


@pytest.mark.usefixtures("hub")
def test_words_are_those_of_greedy_and_the_work_is_that_of_both(spoken: tuple[Samples, ...]) -> None:
    greedy, assisted = load(), load(assistant=HALF)
    words, n_tokens, alone = heard(greedy, spoken)
    assisted_words, n_assisted, passes = heard(assisted, spoken)
    assert assisted_words == words
    assert n_assisted == n_tokens
    own = [each for each in passes if not each.network]
    drafts = [each for each in passes if each.network == "assistant"]
    assert 0 <= acceptance(n_tokens, passes) < 1
    # The half has the encoder of the whole, and runs it once more.
    assert flops(assisted, passes)["encode"] == 2 * flops(greedy, alone)["encode"]
    of_own, of_drafts = flops(assisted, own)["decode"], flops(assisted, drafts)["decode"]
    assert of_drafts > 0
    assert flops(assisted, passes)["decode"] == pytest.approx(of_own + of_drafts)
    draft = next(each for each in drafts if each.kind == "step" and each.n_new == 1)
    counterpart = Pass("step", 1, 1, draft.n_past)
    assert (assisted.flops(draft) or 0.0) < (assisted.flops(counterpart) or 0.0)


@pytest.mark.usefixtures("hub")
def test_drafts_of_a_twin_are_accepted_and_spare_the_model_its_own_steps(spoken: tuple[Samples, ...]) -> None:
    words, n_tokens, alone = heard(load(), spoken)
    twin_words, n_twin, passes = heard(load(assistant=TWIN), spoken)
    assert twin_words == words
    assert n_twin == n_tokens
    assert acceptance(n_tokens, passes) > 0.8
    n_checks = sum(each.stage == "decode" and not each.network for each in passes)
    assert n_checks < sum(each.stage == "decode" for each in alone) / 2


@pytest.mark.usefixtures("hub")
def test_a_checkpoint_by_name_runs_in_place_of_the_model_and_under_its_own_name(
    spoken: tuple[Samples, ...],
) -> None:
    distilled, half = load(checkpoint=HALF), load(decoder_stride=2)
    assert distilled.source == HALF
    assert distilled.weights() == half.weights() != load().weights()
    assert heard(distilled, spoken[:1])[0] == heard(half, spoken[:1])[0]
