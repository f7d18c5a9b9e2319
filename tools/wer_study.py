"""How often a difference in WER is called where there is none, and how often one of a point is found.

    python -m tools.wer_study simulated
    python -m tools.wer_study damaged asr-harness/ctc-mini   # needs flite and espeak-ng

`damaged` has a checkpoint transcribe sentences that eight voices of the synthesisers say, adds noise to its
weights until it is about a point worse, and draws utterances from both sets of transcripts. For the false
alarms the two are swapped at random, by utterance or by whole talks, so that neither is better.
"""

from __future__ import annotations

import argparse
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from asr_harness.stats import PairedErrors, by_talk, rate_test
from tools.make_talks import TALKS_TO_MAKE
from tools.sentences import sentences
from tools.synthesis import speak

if TYPE_CHECKING:
    from asr_harness.schema.audio import Samples
    from asr_harness.systems.own import Transcriber

ALPHA = 0.05
N_TALKS = 8
SIZES = (50, 200, 500)
N_DRAWS = 2000
MENDED = 0.2
N_SENTENCES = 70
N_WORDS = 8000
LONG_SHARES = (0.125, 0.5, 0.7, 0.8, 0.9)
BATCH_SIZE = 8
NOISES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15)


def simulate() -> None:
    """Print how often simulated error rates are called different, the truth being none and one point."""
    rng = np.random.default_rng(0)
    print(f"{N_DRAWS} pairs each, {N_TALKS} talks, WER 10 %, a fifth of errors mended; at {ALPHA:.0%}")
    print(f"{'utterances':>10} {'talks differ by':>16} {'false alarms':>13} {'found at +1.0 pt':>17}")
    for n_utterances in SIZES:
        for talk_sd in (0.0, 0.01):
            rates = [
                np.mean([_called(_simulated(rng, n_utterances, talk_sd, shift)) for _ in range(N_DRAWS)])
                for shift in (0.0, 0.01)
            ]
            print(f"{n_utterances:>10} {talk_sd * 100:>13.1f} pt {rates[0]:>13.1%} {rates[1]:>17.1%}")
    _long_talks(rng)


def _long_talks(rng: np.random.Generator) -> None:
    """Print false alarms where one talk has most of the words, and systems differ by talk."""
    print(f"{'share of one talk':>17} {'false alarms at 5 %':>20} {'at 0.4 %':>9}")
    for share in LONG_SHARES:
        n_words = (np.array([share, *[(1 - share) / (N_TALKS - 1)] * (N_TALKS - 1)]) * N_WORDS).astype(int)
        p_values = []
        for _ in range(N_DRAWS):
            half = rng.normal(0, 0.01, N_TALKS)
            base, candidate = (rng.binomial(n_words, 0.1 + sign * half) for sign in (-1, 1))
            found = rate_test(_paired(base, candidate, n_words))
            p_values.append(1.0 if found is None else found.p)
        alarms = [np.mean(np.array(p_values) <= level) for level in (ALPHA, 0.004)]
        print(f"{share:>17.0%} {alarms[0]:>20.2%} {alarms[1]:>9.2%}")


def damage(source: str) -> None:
    """Print the same of a real checkpoint and a damaged copy of it."""
    texts, audio = _spoken()
    lengths = np.array([len(text.split()) for text in texts])
    base, n_words = _errors(source, 0.0, texts, audio), lengths.sum()
    for noise in NOISES:
        candidate = _errors(source, noise, texts, audio)
        shift = (candidate.sum() - base.sum()) / n_words
        if shift >= 0.01:  # noqa: PLR2004
            break
    rates = f"WER {base.sum() / n_words:.1%}, {candidate.sum() / n_words:.1%} with {noise:.0%} noise on its"
    print(f"{source}, {len(texts)} utterances: {rates} weights, {shift * 100:+.2f} points")
    print(f"{'utterances':>10} {'alarms, utterances swapped':>27} {'alarms, talks swapped':>22} {'found':>7}")
    rng = np.random.default_rng(0)
    sides = base, candidate
    for n_utterances in SIZES:
        swapped, by_talks, found = (
            np.mean([_called(_drawn(rng, n_utterances, sides, lengths, swap)) for _ in range(N_DRAWS)])
            for swap in ("utterances", "talks", "")
        )
        print(f"{n_utterances:>10} {swapped:>27.1%} {by_talks:>22.1%} {found:>7.1%}")


def _simulated(
    rng: np.random.Generator, n_utterances: int, talk_sd: float, shift: float
) -> tuple[PairedErrors, list[str]]:
    """Draw utterances of about 20 words; the candidate mends a fifth of the errors and makes others."""
    talks = np.arange(n_utterances) % N_TALKS
    lengths = 5 + rng.poisson(15, n_utterances)
    difficulty = rng.beta(2, 18, n_utterances)
    base = rng.binomial(lengths, difficulty)
    extra = shift + (rng.normal(0, talk_sd, N_TALKS)[talks] if talk_sd else 0.0)
    broken = np.clip((MENDED * difficulty + extra) / (1 - difficulty), 0, 1)
    candidate = base - rng.binomial(base, MENDED) + rng.binomial(lengths - base, broken)
    return _paired(base, candidate, lengths), list(map(str, talks))


def _drawn(
    rng: np.random.Generator,
    n_utterances: int,
    sides: tuple[np.ndarray, np.ndarray],
    lengths: np.ndarray,
    swap: str,
) -> tuple[PairedErrors, list[str]]:
    """Draw as many utterances from each talk, and swap the sides of some or all of a talk's."""
    talks = np.arange(n_utterances) % N_TALKS
    chosen = talks * N_SENTENCES + rng.integers(N_SENTENCES, size=n_utterances)
    coins = rng.random(N_TALKS)[talks] if swap == "talks" else rng.random(n_utterances)
    swapped = (coins < 0.5) & bool(swap)  # noqa: PLR2004
    base, candidate = (side[chosen] for side in sides)
    pair = np.where(swapped, candidate, base), np.where(swapped, base, candidate)
    return _paired(*pair, lengths[chosen]), list(map(str, talks))


def _called(drawn: tuple[PairedErrors, list[str]]) -> bool:
    found = rate_test(by_talk(*drawn), ALPHA)
    return found is not None and found.p <= ALPHA


def _paired(base: np.ndarray, candidate: np.ndarray, lengths: np.ndarray) -> PairedErrors:
    return PairedErrors(*(tuple(map(float, values)) for values in (base, candidate, lengths)))


def _spoken() -> tuple[list[str], list[Samples]]:
    """Have each talk's voice say sentences that were never trained on, one talk after the other."""
    texts: list[str] = []
    audio: list[Samples] = []
    for seed, talk in enumerate(TALKS_TO_MAKE):
        for text in islice(sentences("talks", 100 + seed), N_SENTENCES):
            texts.append(text)
            audio.append(speak(talk.voice, text).astype(np.float32) / 32768)
    return texts, audio


def _errors(source: str, noise: float, texts: list[str], audio: list[Samples]) -> np.ndarray:
    """Count the errors of each utterance, the weights multiplied with seeded noise about one."""
    from asr_harness import systems
    from asr_harness.measure import transcribe
    from asr_harness.measure.error_rate import utterance_errors

    transcriber = systems.load(source, device="cpu", weights="pretrained").system
    _add_noise(transcriber, noise)
    heard = [
        text
        for start in range(0, len(audio), BATCH_SIZE)
        for text in transcribe(transcriber, audio[start : start + BATCH_SIZE]).texts
    ]
    return np.array([utterance_errors(*pair).words.n_errors for pair in zip(texts, heard, strict=True)])


def _add_noise(transcriber: Transcriber, noise: float) -> None:
    import torch

    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in transcriber.model.parameters():  # type: ignore[attr-defined]
            parameter.mul_(1 + noise * torch.randn(parameter.shape, generator=generator))


def main() -> None:
    """Run one of the studies."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    studies = parser.add_subparsers(dest="study", required=True)
    studies.add_parser("simulated")
    studies.add_parser("damaged").add_argument("source")
    arguments = parser.parse_args()
    if arguments.study == "simulated":
        simulate()
    else:
        damage(arguments.source)


if __name__ == "__main__":
    main()
