"""All that was measured of one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from asr_harness.counting import counted
from asr_harness.errors import RecordError
from asr_harness.schema.energy import Energy
from asr_harness.schema.machine import MachineStates
from asr_harness.schema.memory import Memory
from asr_harness.schema.part import NotNegative, Part, Positive, PositiveCount
from asr_harness.schema.quality import Quality
from asr_harness.schema.speed import Speed
from asr_harness.schema.start import Start
from asr_harness.schema.work import Work


@dataclass(frozen=True, slots=True)
class Utterances(Part):
    """The utterances of the slice, a column for each thing that is told of them."""

    ids: tuple[str, ...] = ()
    talks: tuple[str, ...] = ()
    audio_s: tuple[NotNegative, ...] = ()

    def check(self) -> None:
        """Raise RecordError for columns of different lengths."""
        if len(self.ids) != len(self.talks) or len(self.audio_s) not in (0, len(self.ids)):
            raise RecordError("ids, talks and audio_s are not of as many utterances")

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Speech(Part):
    """What was spoken and how it was made comparable; None is not said, or not the case.

    `language` is a code such as `de`, `normaliser` the key of what was applied to both texts. `conversion`
    says which recordings were resampled or mixed and by what, `grouping` why talks are not told apart.
    """

    language: str | None = None
    normaliser: str | None = None
    conversion: str | None = None
    grouping: str | None = None


@dataclass(frozen=True, slots=True)
class Fingerprints(Part):
    """What has to be alike for two results to be compared; None is unknown.

    Of the slice's audio and references, of the weights, of the text normaliser, and of the decoding settings.
    """

    slice: str | None = None
    weights: str | None = None
    normaliser: str | None = None
    decoding: str | None = None


@dataclass(frozen=True, slots=True)
class CaseResult(Part):
    """One measured case of one run.

    `audio_s` is the length of the whole slice in seconds. `reasons` say why a value is None, by the name of
    the value or metric.
    """

    family: str
    n_utterances: PositiveCount
    audio_s: Positive
    speed: Speed
    work: Work = field(default_factory=Work)
    memory: Memory = field(default_factory=Memory)
    energy: Energy = field(default_factory=Energy)
    quality: Quality = field(default_factory=Quality)
    utterances: Utterances = field(default_factory=Utterances)
    fingerprints: Fingerprints = field(default_factory=Fingerprints)
    machine: MachineStates = field(default_factory=MachineStates)
    speech: Speech = field(default_factory=Speech)
    start: Start = field(default_factory=Start)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise RecordError where transcripts, errors and utterances are not of one slice."""
        n = len(self.utterances)
        if n and n != self.n_utterances:
            raise RecordError(f"utterances are {n}, and n_utterances says {self.n_utterances}")
        quality = self.quality
        if quality.hypotheses is not None and len(quality.hypotheses) != n:
            raise RecordError(f"hypotheses are {len(quality.hypotheses)} for {counted(n, 'utterance')}")
        if quality.errors is not None and {len(quality.errors.words), len(quality.errors.characters)} != {n}:
            raise RecordError(f"errors are of {len(quality.errors.words)} for {counted(n, 'utterance')}")
