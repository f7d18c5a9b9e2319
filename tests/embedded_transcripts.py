"""What the package's own checkpoints hear in a few talks: `python -m tests.embedded_transcripts` prints it.

Written to tests/systems/embedded_transcripts.json, it is what test_embedded.py expects.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from asr_harness import systems
from asr_harness.corpora import BUCKETS_S, load_slice
from asr_harness.measure import transcribe
from asr_harness.measure.error_rate import UtteranceErrors, pool, rate, utterance_errors
from asr_harness.systems import Variant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asr_harness.corpora.base import Utterance
    from asr_harness.systems import System

NAMES = ("asr-harness/ctc-mini", "asr-harness/whisper-mini")


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance: who it is, what was heard, and how much of it is wrong."""

    utterance: str
    text: str
    errors: UtteranceErrors


def utterances(bucket: str = "5s", n_utterances: int | None = 8) -> tuple[Utterance, ...]:
    return load_slice("embedded", bucket, limits_s=BUCKETS_S[bucket], n_utterances=n_utterances).utterances


def load(name: str, **settings: object) -> System:
    return systems.load(
        name, device="cpu", weights="pretrained", variant=Variant.from_settings(settings)
    ).system


def hear(system: System, spoken: Iterable[Utterance]) -> tuple[Heard, ...]:
    """Transcribe one utterance at a time, so that none depends on its neighbours."""
    heard = []
    for utterance in spoken:
        (text,) = transcribe(system, [utterance.samples]).texts
        heard.append(Heard(utterance.id, text, utterance_errors(utterance.reference, text)))
    return tuple(heard)


def wer(heard: Iterable[Heard]) -> float:
    return rate(pool(one.errors.words for one in heard)) or 0.0


def main() -> None:
    spoken = utterances()
    found = {
        name: {
            one.utterance: {"text": one.text, "words": asdict(one.errors.words)}
            for one in hear(load(name), spoken)
        }
        for name in NAMES
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
