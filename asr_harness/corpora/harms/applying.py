"""Harms in a SPEC, `embedded+telephone+noise10db`, and applied to a slice, from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from asr_harness import paths
from asr_harness.corpora.harms.base import HARMS, Harm
from asr_harness.corpora.slices.manifest import combine, utterance_fingerprint
from asr_harness.corpora.sources.audio import to_samples
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.corpora.base import Slice, Utterance
    from asr_harness.schema.audio import Samples

WRITTEN = re.compile(r"([a-z]+)(-?\d+(?:\.\d+)?)?([a-z]*)")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A harm at a level, as it was written."""

    harm: Harm
    level: float
    text: str


def split_spec(spec: str) -> tuple[str, tuple[Chosen, ...]]:
    """Part a SPEC from the harms at its end; a location that exists with a plus in its name is left whole.

    Raises DataError for a level that a harm cannot have.
    """
    corpus, chosen = spec, []
    while "+" in corpus and not paths.is_there(corpus.partition(":")[2] or corpus):
        before, _, text = corpus.rpartition("+")
        harm = _named(text)
        if harm is None:
            break
        corpus = before
        chosen.append(Chosen(harm, _level(harm, text), text))
    if "+" in corpus and ":" not in corpus:
        known = ", ".join(each.example for each in HARMS.all().values())
        raise DataError(f"{corpus.rpartition('+')[2]!r} in {spec!r} is no harm; there are {known}")
    return corpus, tuple(reversed(chosen))


def harmed(slice_: Slice, chosen: Sequence[Chosen]) -> Slice:
    """Give the slice after all harms, its samples rounded to 16 bits and fingerprinted anew."""
    for each in chosen:
        slice_ = replace(slice_, utterances=_applied(slice_.utterances, each))
    if not chosen:
        return slice_
    pcm = [_to_pcm(utterance.samples) for utterance in slice_.utterances]
    utterances = tuple(
        replace(utterance, samples=to_samples(rounded))
        for utterance, rounded in zip(slice_.utterances, pcm, strict=True)
    )
    fingerprints = (
        utterance_fingerprint(utterance.reference, rounded)
        for utterance, rounded in zip(utterances, pcm, strict=True)
    )
    name = "+".join([slice_.corpus, *(each.text for each in chosen)])
    return replace(slice_, corpus=name, utterances=utterances, fingerprint=combine(fingerprints))


def _applied(utterances: Sequence[Utterance], chosen: Chosen) -> tuple[Utterance, ...]:
    def spoilt(utterance: Utterance) -> Utterance:
        seed = int.from_bytes(sha256(f"{chosen.text}:{utterance.id}".encode()).digest()[:8], "little")
        samples = chosen.harm.apply(
            utterance.samples, chosen.level, np.random.default_rng(seed), _others(utterance, utterances)
        )
        reference = utterance.reference if chosen.harm.keeps_words else ""
        return replace(utterance, samples=np.asarray(samples, dtype=np.float32), reference=reference)

    return tuple(map(spoilt, utterances))


def _others(utterance: Utterance, utterances: Sequence[Utterance]) -> list[Samples]:
    of_others = [other.samples for other in utterances if other.talk != utterance.talk]
    return of_others or [other.samples for other in utterances if other.id != utterance.id]


def _to_pcm(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.clip(np.rint(samples.astype(np.float64) * 32768), -32768, 32767).astype(np.int16)


def _named(text: str) -> Harm | None:
    match = WRITTEN.fullmatch(text)
    known = HARMS.all()
    return known.get(match[1]) if match else None


def _level(harm: Harm, text: str) -> float:
    match = WRITTEN.fullmatch(text)
    number, unit = (match[2], match[3]) if match else (None, "")
    level = harm.default if number is None else float(number)
    low, high = harm.levels
    is_level = low < high
    if (
        level is None
        or not low <= level <= high
        or (number is not None and (unit != harm.unit or not is_level))
        or (number is None and unit)
    ):
        raise DataError(f"{text!r} is no level of {harm.key}, {harm.what}; write {harm.example}")
    return level
