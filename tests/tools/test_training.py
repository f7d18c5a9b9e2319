import random
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import WhisperFeatureExtractor

from tools.sentences import split_of, vocabulary
from tools.train_embedded import CHECKPOINTS
from tools.training import loop, utterances
from tools.training.alignment import align
from tools.training.ctc import Ctc
from tools.training.drawing import Drawing, Joined
from tools.training.filters import N_PHASES, mel_spaced, set_to_filter_bank
from tools.training.guidance import token_loss
from tools.training.vocabulary import bpe_tokenizer
from tools.training.whisper import MISREAD_SHARE, Whisper, misread
from tools.training.windows import WindowMaker

TWO_SENTENCES = Joined(
    np.zeros(40_000, np.float32), ("the model", "it's empty"), times_s=((0.0, 1.0), (1.0, 2.5))
)


@pytest.fixture(scope="module")
def maker() -> WindowMaker:
    return WindowMaker(WhisperFeatureExtractor(), bpe_tokenizer(2_410, 900))


@pytest.fixture
def spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> utterances.Utterances:
    monkeypatch.setattr(utterances, "say", lambda _, text: np.full(1_000 * len(text), 500, np.int16))
    utterances.make(tmp_path, 100)
    return utterances.load(tmp_path)


def test_training_hears_neither_a_sentence_of_the_talks_nor_the_voice_held_out(
    spoken: utterances.Utterances,
) -> None:
    assert {split_of(utterance.text) for utterance in spoken.spoken} == {"training"}
    assert not any("scotland" in utterance.voice or "m3" in utterance.voice for utterance in spoken.spoken)


def test_sentences_for_validation_are_never_drawn(spoken: utterances.Utterances) -> None:
    drawing, rng = Drawing(spoken), random.Random(0)
    drawn = {text for _ in range(50) for text in drawing.several(rng, 20.0).texts}
    assert drawn
    assert not drawn & {utterance.text for utterance in spoken.validation}


def test_a_window_with_timestamps_ends_before_the_sentence_that_it_cuts_off(maker: WindowMaker) -> None:
    window = maker.make(TWO_SENTENCES, 100, timestamps=True, rng=random.Random(0))
    assert maker.tokenizer.decode(window.ids, decode_with_timestamps=True) == (
        "<|startoftranscript|><|en|><|transcribe|><|0.00|> the model<|1.00|><|1.00|><|endoftext|>"
    )
    assert window.features.shape == (80, 200)


def test_a_window_without_timestamps_is_prompted_so(maker: WindowMaker) -> None:
    window = maker.make(TWO_SENTENCES, 150, timestamps=False, rng=random.Random(0))
    assert maker.tokenizer.decode(window.ids) == (
        "<|startoftranscript|><|en|><|transcribe|><|notimestamps|> the model it's empty<|endoftext|>"
    )
    assert window.n_prompt == 4


def test_every_word_is_one_token_or_split_at_its_apostrophe(maker: WindowMaker) -> None:
    n_tokens = {word: len(maker.text_ids(word)) for word in vocabulary()}
    assert all(n <= (3 if "'" in word else 2) for word, n in n_tokens.items())


def test_some_words_are_misread_as_others_and_no_special_token_is(maker: WindowMaker) -> None:
    torch.manual_seed(0)
    prompt, words = (
        torch.tensor([[*maker.prompt, maker.no_timestamps]] * 200),
        torch.arange(40).repeat(200, 1),
    )
    ids = torch.cat((prompt, words), 1)
    read = misread(ids, maker.end)
    assert (read[:, :4] == prompt).all()
    assert (read[:, 4:] < 40).all()
    share = (read[:, 4:] != words).float().mean().item()
    assert share == pytest.approx(MISREAD_SHARE * 40 / 44, abs=0.02)


def test_a_timestamp_that_is_nearly_right_costs_less_than_one_far_off() -> None:
    def loss(chosen: int) -> float:
        logits = torch.zeros(1, 1, 100)
        logits[0, 0, chosen] = 5.0
        return token_loss(logits, torch.tensor([[50]]), first_timestamp=10).item()

    assert loss(50) < loss(52) < loss(80)


def test_each_band_answers_its_own_frequency_most_whatever_the_phase() -> None:
    convolution = torch.nn.Conv1d(1, 128, 400, stride=100)
    set_to_filter_bank(convolution)
    centres_hz = mel_spaced(33)[1:-1]
    for phase in (0.0, 1.0):
        tone = np.sin(2 * np.pi * centres_hz[12] * np.arange(4_000) / 16_000 + phase)
        with torch.no_grad():
            output = convolution(torch.from_numpy(tone).float()[None, None])[0]
        by_band = output[:-N_PHASES].clamp(min=0).mean(1).reshape(-1, N_PHASES).sum(1)
        assert by_band.argmax() == 12


def test_labels_are_found_where_they_are_likely_and_a_repeated_one_twice() -> None:
    log_probabilities = torch.full((1, 12, 3), -5.0)
    log_probabilities[..., 0] = -0.1
    for frame, label in ((2, 1), (3, 1), (6, 2), (9, 2)):
        log_probabilities[0, frame, 0], log_probabilities[0, frame, label] = -5.0, -0.1
    (middles,) = align(log_probabilities, [[1, 2, 2]], blank=0)
    assert middles.tolist() == [2.5, 6.0, 9.0]


@pytest.mark.parametrize(("progress", "share"), [(0.03, 1.0), (0.5, 1.0), (0.75, 0.5), (1.0, 0.01)])
def test_the_learning_rate_holds_and_then_falls(progress: float, share: float) -> None:
    assert loop.share_of_rate(progress) == pytest.approx(share)


class Line:
    """Learns one number; its validation error is the distance."""

    def __init__(self) -> None:
        self.model = torch.nn.Linear(1, 1, bias=False)
        self.progress: list[float] = []

    def loss(self, progress: float, rng: random.Random) -> torch.Tensor:
        self.progress.append(progress)
        return (self.model.weight - 1).square().sum()

    def validate(self) -> dict[str, float]:
        return {"wer": abs(self.model.weight.item() - 1)}


def test_training_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    loop.train(Line(), tmp_path, budget_s=0.05, learning_rate=0.01)
    stopped = torch.load(tmp_path / "last.pt")["state"]
    loop.train(Line(), tmp_path, budget_s=0.10, learning_rate=0.01)
    n_steps, trained_s, best_wer = torch.load(tmp_path / "last.pt")["state"]
    assert n_steps > stopped[0]
    assert trained_s >= 0.10 > stopped[1]
    assert best_wer <= stopped[2]
    assert len((tmp_path / "log.txt").read_text().splitlines()) == 2


def test_the_last_weights_are_those_to_use(tmp_path: Path) -> None:
    class Wandering(Line):
        def validate(self) -> dict[str, float]:
            return {"wer": float(len(self.progress))}

    line = Wandering()
    for budget_s in (0.05, 0.10):
        loop.train(line, tmp_path, budget_s=budget_s, learning_rate=0.01)
    assert torch.load(tmp_path / "best.pt")["weight"] == line.model.weight


def test_a_training_begun_with_weights_has_the_rest_of_the_budget(tmp_path: Path) -> None:
    line = Line()
    loop.train(line, tmp_path, budget_s=0.20, learning_rate=0.01, begin_at=0.75)
    assert line.progress[0] == pytest.approx(0.75)
    assert line.progress == sorted(line.progress)


@pytest.mark.parametrize(
    ("make", "name"), [(Ctc, "ctc-mini"), (Whisper, "whisper-mini")], ids=["ctc", "whisper"]
)
def test_a_training_can_begin_with_a_checkpoint_of_the_package(
    spoken: utterances.Utterances, make: type[Ctc | Whisper], name: str
) -> None:
    task = make(spoken)
    task.begin_with(CHECKPOINTS / name)
    before = {key: value.clone() for key, value in task.model.state_dict().items()}
    optimizer = torch.optim.SGD(task.model.parameters(), lr=0.01)
    task.loss(0.8, random.Random(0)).backward()
    optimizer.step()
    after = task.model.state_dict()
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    assert changed
    if make is Whisper:
        assert not any("encoder.layers" in key or "encoder.conv" in key for key in changed)
