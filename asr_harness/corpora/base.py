"""What a corpus is made of: segments, the utterances and slices cut from them; and its kind, a plug-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.languages import ENGLISH, WHISPER_ENGLISH
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Segment:
    """A transcribed stretch of one recording; not `scored` where the corpus says to ignore it.

    `name` names the recording where the stem of its file does not, as in folders that use one name twice.
    A recording that `converts` is resampled and mixed to mono, or of it one `channel`, counted from 0, taken.
    """

    talk: str
    speaker: str
    recording: Path
    start_s: float
    end_s: float
    reference: str
    scored: bool = True
    name: str = ""
    converts: bool = False
    channel: int | None = None

    @property
    def id(self) -> str:
        """Name the recording and the times in milliseconds, as file names can."""
        name = self.name or self.recording.stem
        return f"{name}-{round(self.start_s * 1000):07d}-{round(self.end_s * 1000):07d}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """All segments of a corpus, where they were found, and a digest of the files that they came from.

    A corpus that is known only by its prepared slices has no segments. `language` is what the corpus itself
    says of it; `conversion` says what was resampled or mixed, `grouping` why talks are not told apart,
    `wordless` which references hold no word.
    """

    name: str
    origin: str
    fingerprint: str
    segments: tuple[Segment, ...]
    language: str | None = None
    conversion: str | None = None
    grouping: str | None = None
    wordless: str | None = None


@dataclass(frozen=True, slots=True)
class CorpusKind:
    """A corpus as a plug-in: how it opens, what is spoken in it, and how its texts are made comparable.

    `open_at` gets what follows `KEY:` in a SPEC, None where nothing does; it raises DataError if nothing
    usable is there. `language` is None where only each corpus can say it. `normaliser` is a key of
    `measure/text.py`, or `module:function` of one's own; None takes that of the language.
    """

    key: str
    open_at: Callable[[str | None], Corpus]
    language: str | None = ENGLISH
    normaliser: str | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of one talk with its reference transcript, as the corpus writes it."""

    id: str
    talk: str
    speaker: str
    start_s: float
    end_s: float
    reference: str
    samples: Samples

    @property
    def audio_s(self) -> float:
        """Length of the audio in seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Slice:
    """The fixed utterances of one bucket; every batch size of a case group works on the same slice.

    `language` is that of its corpus, None where nobody says it; `conversion`, `grouping` and `wordless` are
    the corpus'. `n_in_bucket` is how many utterances the corpus has in the bucket, None where it is not at
    hand.
    """

    corpus: str
    bucket: str
    utterances: tuple[Utterance, ...]
    fingerprint: str
    language: str | None = ENGLISH
    normaliser: str = WHISPER_ENGLISH
    conversion: str | None = None
    grouping: str | None = None
    n_in_bucket: int | None = None
    wordless: str | None = None

    @property
    def audio_s(self) -> float:
        """Total length of the audio in seconds."""
        return sum(utterance.audio_s for utterance in self.utterances)
