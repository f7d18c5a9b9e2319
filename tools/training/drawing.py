"""Batches drawn from the utterances: single sentences, or several of a voice joined, lightly disturbed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.synthesis import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    import random

    from numpy.typing import NDArray

    from tools.training.utterances import Utterance, Utterances

WARPED_SHARE, MAX_WARP = 0.3, 0.08
NOISY_SHARE, NOISE_DB = 0.4, (15.0, 45.0)


@dataclass(frozen=True, slots=True)
class Joined:
    """Sentences of one voice in a row: what is heard, what is said, and when each starts and ends."""

    samples: NDArray[np.float32]
    texts: tuple[str, ...]
    times_s: tuple[tuple[float, float], ...]


def happens(rng: random.Random, share: float) -> bool:
    """Throw a coin that falls so in this share of cases."""
    return rng.random() < share


class Drawing:
    """Draws by length, and by voice where sentences are to be joined."""

    def __init__(self, utterances: Utterances) -> None:
        self.utterances = utterances
        self.by_voice: dict[str, list[Utterance]] = defaultdict(list)
        for utterance in utterances.training:
            self.by_voice[utterance.voice].append(utterance)

    def single(self, rng: random.Random, longest_s: float) -> Joined:
        """Draw one sentence of at most this length."""
        while True:
            utterance = rng.choice(self.utterances.training)
            if utterance.end - utterance.start <= longest_s * SAMPLE_RATE_HZ:
                return disturb(join(self.utterances, [utterance]), rng)

    def several(self, rng: random.Random, longest_s: float) -> Joined:
        """Draw sentences of one voice until the next would not fit."""
        voice = rng.choice(self.utterances.training).voice
        chosen: list[Utterance] = []
        left = longest_s * SAMPLE_RATE_HZ
        while True:
            utterance = rng.choice(self.by_voice[voice])
            left -= utterance.end - utterance.start
            if left < 0 and chosen:
                return disturb(join(self.utterances, chosen), rng)
            chosen.append(utterance)


def join(utterances: Utterances, chosen: list[Utterance]) -> Joined:
    """Lay sentences end to end, as the talks do."""
    pieces = [utterances.pcm(utterance) for utterance in chosen]
    ends = np.cumsum([len(piece) for piece in pieces]) / SAMPLE_RATE_HZ
    starts = [0.0, *ends[:-1].tolist()]
    samples = np.concatenate(pieces).astype(np.float32) / 32768
    return Joined(samples, tuple(u.text for u in chosen), tuple(zip(starts, ends.tolist(), strict=True)))


def disturb(joined: Joined, rng: random.Random) -> Joined:
    """Now and then play it faster or slower, and add white noise."""
    samples, times_s = joined.samples, joined.times_s
    if happens(rng, WARPED_SHARE):
        speed = 1 + rng.uniform(-MAX_WARP, MAX_WARP)
        at = np.arange(0, len(samples) - 1, speed, dtype=np.float32)
        samples = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
        times_s = tuple((start / speed, end / speed) for start, end in times_s)
    if happens(rng, NOISY_SHARE):
        level = samples.std() * 10 ** (-rng.uniform(*NOISE_DB) / 20)
        noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(len(samples), dtype=np.float32)
        samples = samples + level * noise
    return Joined(samples, joined.texts, times_s)
