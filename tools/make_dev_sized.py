"""Make a corpus as large as TED-LIUM's dev set: `python -m tools.make_dev_sized FOLDER`.

8 talks, 507 scored and 84 ignored lines, 5753 s scored. The audio is noise that comes and goes, and the text
nonsense: it is there to measure how long preparing takes, and how much memory.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from tools.sentences import sentences

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
GAP_S = 1.5


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything a corpus has, over all its talks."""

    n_talks: int = 8
    n_scored: int = 507
    n_ignored: int = 84
    scored_s: float = 5753.0


def write_corpus(folder: Path, size: Size | None = None, seed: int = 0) -> None:
    """Write `legacy/dev/{sph,stm}` under `folder`."""
    size = size or Size()
    rng = np.random.default_rng(seed)
    dev = folder / "legacy" / "dev"
    for name in ("sph", "stm"):
        (dev / name).mkdir(parents=True, exist_ok=True)
    lengths_s = _lengths_s(size, rng)
    texts = islice(sentences("training", seed), size.n_scored)
    for i in range(size.n_talks):
        talk_s = lengths_s[i :: size.n_talks]
        n_gaps = len(range(i, size.n_ignored, size.n_talks))
        lines, end_s = _talk_lines(f"Talk{i}_2026", talk_s, n_gaps, list(islice(texts, len(talk_s))))
        (dev / "stm" / f"Talk{i}_2026.stm").write_text("".join(lines), "utf-8")
        pcm = _noise(round(end_s * SAMPLE_RATE_HZ), rng)
        soundfile.write(
            dev / "sph" / f"Talk{i}_2026.sph", pcm, SAMPLE_RATE_HZ, format="NIST", subtype="PCM_16"
        )


def _lengths_s(size: Size, rng: np.random.Generator) -> NDArray[np.float64]:
    drawn = rng.triangular(2.0, 10.0, 23.0, size.n_scored)
    return np.round(drawn * size.scored_s / drawn.sum(), 2)


def _talk_lines(
    talk: str, lengths_s: NDArray[np.float64], n_gaps: int, texts: list[str]
) -> tuple[list[str], float]:
    gaps_before = {round(k * len(lengths_s) / max(n_gaps, 1)) for k in range(n_gaps)}
    lines: list[str] = []
    at_s = 0.0
    for k, (length_s, text) in enumerate(zip(lengths_s, texts, strict=True)):
        if k in gaps_before:
            end_s = at_s + GAP_S
            lines.append(f"{talk} 1 gap {at_s:.2f} {end_s:.2f} <o,,unknown> ignore_time_segment_in_scoring\n")
            at_s = end_s
        end_s = at_s + float(length_s)
        lines.append(f"{talk} 1 {talk} {at_s:.2f} {end_s:.2f} <o,f0,male> {text}\n")
        at_s = end_s
    return lines, at_s


def _noise(n_samples: int, rng: np.random.Generator) -> NDArray[np.int16]:
    loudness = 200 + 1500 * np.abs(np.sin(np.arange(n_samples) * (2 * np.pi / SAMPLE_RATE_HZ)))
    return (rng.standard_normal(n_samples) * loudness).astype(np.int16)


if __name__ == "__main__":
    write_corpus(Path(sys.argv[1]))
