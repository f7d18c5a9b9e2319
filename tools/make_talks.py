"""Make the package's own talks: `python -m tools.make_talks [FOLDER]` from the repository root.

The same bytes come out each time on x86-64 with Debian 12's flite 2.2-5 and espeak-ng 1.51+dfsg-10+deb12u2
(`apt-get install flite espeak-ng`) and soundfile 0.14.0.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from tools.sentences import sentences
from tools.synthesis import SAMPLE_RATE_HZ, Pcm, Voice, scale, speak

if TYPE_CHECKING:
    from collections.abc import Iterator

TALKS = Path(__file__).parent.parent / "asr_harness" / "corpora" / "talks"
IGNORED = "ignore_time_segment_in_scoring"

PEAK = 2600
"""Quiet, as each halving saves a bit a sample: all talks have to fit in 6 MB."""

RUN_S = 50.5
SHORT_S, LONG_S = (3.2, 6.8), (10.3, 19.0)
TICK = SAMPLE_RATE_HZ // 100
"""STM times are written to 10 ms, so a segment is a whole number of these samples."""

GUEST = Voice("flite", "kal16")


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk: one voice, its STM label, and whether an ignored guest interrupts it near the end."""

    name: str
    label: str
    voice: Voice
    interrupted: bool = False


TALKS_TO_MAKE = (
    Talk("FliteSlt_2026", "<o,f0,female>", Voice("flite", "slt")),
    Talk("FliteRms_2026", "<F0_M>", Voice("flite", "rms", ("--setf", "duration_stretch=0.85"))),
    Talk("FliteAwb_2026", "<o,f0,male>", Voice("flite", "awb"), interrupted=True),
    Talk("FliteKal_2026", "<o,f0,male>", Voice("flite", "kal16", ("--setf", "duration_stretch=1.05"))),
    Talk("EspeakUs_2026", "<F0_M>", Voice("espeak-ng", "en-us", ("-s", "160"))),
    Talk("EspeakGb_2026", "<F0_M>", Voice("espeak-ng", "en-gb", ("-s", "175", "-p", "40")), interrupted=True),
    Talk("EspeakScotland_2026", "<F0_M>", Voice("espeak-ng", "en-gb-scotland+m3", ("-s", "150"))),
    Talk(
        "EspeakFemale_2026",
        "<F0_F>",
        Voice("espeak-ng", "en-us+f2", ("-s", "165", "-p", "60")),
        interrupted=True,
    ),
)


class TalkWriter:
    """Collects the audio and the STM lines of one talk."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.pieces: list[Pcm] = []
        self.lines = [f";; {talk.name}: synthetic speech, {talk.voice.program} voice {talk.voice.name}"]
        self.n_samples = 0

    def add(self, pcm: Pcm, speaker: str, label: str, text: str) -> None:
        """Append a segment."""
        start_s, end_s = self.n_samples / SAMPLE_RATE_HZ, (self.n_samples + len(pcm)) / SAMPLE_RATE_HZ
        self.lines.append(f"{self.talk.name} 1 {speaker} {start_s:.2f} {end_s:.2f} {label} {text}")
        self.pieces.append(pcm)
        self.n_samples += len(pcm)

    def add_gap(self, pcm: Pcm, speaker: str = "inter_segment_gap") -> None:
        """Append a stretch that scoring ignores."""
        self.add(pcm, speaker, "<o,,unknown>", IGNORED)

    def add_speech(self, pcm: Pcm, said: list[str]) -> None:
        """Append a scored segment, suffixes split as TED-LIUM does."""
        self.add(pcm, self.talk.name, self.talk.label, re.sub(r"(?<=\w)'", " '", " ".join(said)))

    def write(self, folder: Path) -> None:
        """Write the recording and its transcript in TED-LIUM's layout."""
        (folder / "sph").mkdir(parents=True, exist_ok=True)
        (folder / "stm").mkdir(parents=True, exist_ok=True)
        samples = np.concatenate(self.pieces)
        path = folder / "sph" / f"{self.talk.name}.flac"
        soundfile.write(path, samples, SAMPLE_RATE_HZ, "PCM_16", compression_level=1.0)
        (folder / "stm" / f"{self.talk.name}.stm").write_bytes(("\n".join(self.lines) + "\n").encode())


def make_talk(talk: Talk, texts: Iterator[str]) -> TalkWriter:
    """Fill one run of touching segments long enough for every bucket, ignored stretches around it."""
    writer = TalkWriter(talk)
    writer.add_gap(silence(0.5))
    end_s = writer.n_samples / SAMPLE_RATE_HZ + RUN_S
    while (left_s := end_s - writer.n_samples / SAMPLE_RATE_HZ) > 0:
        is_long = left_s > LONG_S[0] and len(writer.lines) % 2 == 1
        writer.add_speech(*segment(talk.voice, texts, LONG_S if is_long else SHORT_S))
    if talk.interrupted:
        writer.add_gap(say(GUEST, next(texts)), speaker="S140")
        writer.add_speech(*segment(talk.voice, texts, SHORT_S))
    writer.add_gap(silence(0.4))
    return writer


def segment(voice: Voice, texts: Iterator[str], limits_s: tuple[float, float]) -> tuple[Pcm, list[str]]:
    """Say sentences until they are long enough, passing over those that would make the segment too long."""
    said: list[str] = []
    pieces: list[Pcm] = []
    n_samples = 0
    while n_samples < limits_s[0] * SAMPLE_RATE_HZ:
        text = next(texts)
        pcm = say(voice, text)
        if n_samples + len(pcm) <= limits_s[1] * SAMPLE_RATE_HZ:
            said.append(text)
            pieces.append(pcm)
            n_samples += len(pcm)
    return np.concatenate(pieces), said


def say(voice: Voice, text: str) -> Pcm:
    """Say one sentence quietly, silence after it to a whole tick and 50 ms more."""
    pcm = scale(speak(voice, text), PEAK)
    return np.pad(pcm, (0, -len(pcm) % TICK + 5 * TICK))


def silence(length_s: float) -> Pcm:
    """Give digital silence."""
    return np.zeros(round(length_s * SAMPLE_RATE_HZ), dtype=np.int16)


def main(folder: Path) -> None:
    """Make every talk under `folder`, as `legacy/dev/{sph,stm}`."""
    for seed, talk in enumerate(TALKS_TO_MAKE):
        make_talk(talk, sentences("talks", seed)).write(folder / "legacy" / "dev")
        print(talk.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TALKS)
