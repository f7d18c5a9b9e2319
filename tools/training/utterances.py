"""Sentences of the training split, spoken once and kept as one array of 16-bit samples."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING

import numpy as np

from tools.make_talks import say
from tools.sentences import sentences
from tools.synthesis import Pcm, Voice

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20_26
N_VALIDATION = 64
SYNTHESISER_CALLS_AT_ONCE = 3

VOICES = (
    ("flite", "slt"),
    ("flite", "rms"),
    ("flite", "awb"),
    ("flite", "kal16"),
    ("espeak-ng", "en-us"),
    ("espeak-ng", "en-gb"),
    ("espeak-ng", "en-us+f2"),
)
"""Those of the talks but en-gb-scotland+m3, which no training hears."""

FURTHER_VOICES = (
    ("espeak-ng", "en-us+m1"),
    ("espeak-ng", "en-gb-x-rp"),
    ("espeak-ng", "en-gb+f4"),
    ("espeak-ng", "en-gb-x-rp+m7"),
    ("espeak-ng", "en-gb-x-gbclan"),
    ("espeak-ng", "en-gb-x-gbcwmd+m2"),
    ("espeak-ng", "en-us-nyc+m4"),
    ("espeak-ng", "en-029+f3"),
)
FURTHER_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Utterance:
    """One spoken sentence: its place in the array, and who says what."""

    start: int
    end: int
    voice: str
    text: str


@dataclass(frozen=True, slots=True)
class Utterances:
    """The array of samples, and the sentences in it; the first N_VALIDATION are never trained on."""

    samples: Pcm
    spoken: tuple[Utterance, ...]

    def pcm(self, utterance: Utterance) -> Pcm:
        """Give the samples of one utterance."""
        return self.samples[utterance.start : utterance.end]

    @property
    def validation(self) -> tuple[Utterance, ...]:
        """Give the sentences kept out of training."""
        return self.spoken[:N_VALIDATION]

    @property
    def training(self) -> tuple[Utterance, ...]:
        """Give the sentences to train on."""
        return self.spoken[N_VALIDATION:]


def make(folder: Path, n_utterances: int) -> None:
    """Speak distinct sentences of the training split, and write `speech.npy` and `speech.json`."""
    rng = random.Random(SEED)
    texts = list(islice(sentences("training", SEED), n_utterances))
    voices = [draw_voice(rng) for _ in texts]
    with ThreadPool(SYNTHESISER_CALLS_AT_ONCE) as pool:
        spoken = pool.starmap(say, zip(voices, texts, strict=True))
    ends = np.cumsum([len(pcm) for pcm in spoken]).tolist()
    rows = [
        asdict(Utterance(end - len(pcm), end, voice.name, text))
        for pcm, end, voice, text in zip(spoken, ends, voices, texts, strict=True)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "speech.npy", np.concatenate(spoken))
    (folder / "speech.json").write_text(json.dumps(rows))


def load(folder: Path) -> Utterances:
    """Load what `make` wrote."""
    rows = json.loads((folder / "speech.json").read_text())
    return Utterances(np.load(folder / "speech.npy"), tuple(Utterance(**row) for row in rows))


def draw_voice(rng: random.Random) -> Voice:
    """Draw a voice, its speed and its pitch."""
    program, name = rng.choice(FURTHER_VOICES if rng.random() < FURTHER_SHARE else VOICES)
    if program == "flite":
        return Voice(program, name, ("--setf", f"duration_stretch={rng.uniform(0.82, 1.12):.2f}"))
    return Voice(program, name, ("-s", str(rng.randint(145, 182)), "-p", str(rng.randint(35, 65))))
