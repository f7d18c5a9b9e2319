"""Parquet tables as the hub's mirrors of TED-LIUM have them, laid out as talks in the cache.

A row is a clip with its text. Its `id` ends in start, end and label (`NAME-0.50-7.92-<o,f0,female>`): clips
go to their places in their talk, with silence between. Without such an id the clip is a whole talk.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from asr_harness import cache
from asr_harness.corpora.slices import content, fields
from asr_harness.corpora.sources import audio
from asr_harness.corpora.sources.stm import StmLine, format_stm
from asr_harness.errors import DataError
from asr_harness.schema.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from asr_harness.corpora.sources.audio import Pcm

BATCH_ROWS = 8
TICK_S = 0.01
MAX_GROUP_BYTES = 4 * 1024**3
MAX_SILENCE_RATIO = 100
"""Of the talks' length over that of the clips in them."""

MAX_NAME_CHARS = 100
"""So much of a row's name stands in errors."""
COLUMNS = ("audio", "text", "speaker_id")
_TIMES = re.compile(r".*?-(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)(?:-(<[^<>\s]*>))?")


def laid_out(paths: Sequence[Path]) -> Path:
    """Give a folder in TED-LIUM's layout made of the rows of parquet files.

    Raises DataError if they cannot be read, lack a column, or hold audio that cannot be measured.
    """

    def build(folder: Path) -> None:
        for name in ("sph", "stm"):
            (folder / name).mkdir()
        lines: dict[str, list[StmLine]] = defaultdict(list)
        for row in _rows(paths):
            line, pcm = _clip(row, paths[0])
            lines[line.talk].append(line)
            _put(pcm, line, folder / f"{line.talk}.raw")
        _check_silence(lines, paths[0])
        for talk, of_talk in lines.items():
            of_talk.sort(key=lambda line: (line.start_s, line.end_s))
            (folder / "stm" / f"{talk}.stm").write_text(format_stm(of_talk), "utf-8")
            raw = folder / f"{talk}.raw"
            audio.write_flac(raw, folder / "sph" / f"{talk}.flac")
            raw.unlink()

    return cache.build_folder(cache.root() / "sources" / content.fingerprint(paths)[:32], build)


def _check_silence(lines: Mapping[str, Sequence[StmLine]], path: Path) -> None:
    """Raise DataError where the gaps between clips are out of proportion to the clips."""
    talks_s = sum(max(line.end_s for line in of_talk) for of_talk in lines.values())
    clips_s = sum(line.end_s - line.start_s for of_talk in lines.values() for line in of_talk)
    if talks_s > MAX_SILENCE_RATIO * clips_s + audio.MAX_CLIP_S:
        raise DataError(
            f"{path} lays {clips_s:.0f} s of clips out over {talks_s:.0f} s of talks, more than "
            f"{MAX_SILENCE_RATIO} times as much; are its times in seconds?"
        )


def _check_sizes(path: Path) -> None:
    """Raise DataError where a row group declares more bytes than are read into memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path)
        groups = [metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)]
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read as parquet ({error})") from error
    if any(not 0 <= n_bytes <= MAX_GROUP_BYTES for n_bytes in groups):
        raise DataError(
            f"{path} has a row group of {max(groups)} bytes; at most {MAX_GROUP_BYTES} are read, so "
            "write it again with smaller ones"
        )


def _rows(paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    from datasets import Audio, load_dataset
    from datasets.exceptions import DatasetsError

    for path in paths:
        _check_sizes(path)
    files = [str(path) for path in paths]
    try:
        # streaming: no second copy in the cache of datasets, and memory for a few rows only
        rows = load_dataset("parquet", data_files=files, split="train", streaming=True, batch_size=BATCH_ROWS)
        missing = [name for name in COLUMNS if name not in (rows.features or ())]
        if missing:
            raise DataError(f"{paths[0]} has no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}")
        yield from rows.cast_column("audio", Audio(decode=False))
    except (OSError, ValueError, TypeError, LookupError, NotImplementedError, DatasetsError) as error:
        raise DataError(f"{paths[0]} cannot be read as parquet ({error})") from error


def _clip(row: dict[str, Any], path: Path) -> tuple[StmLine, Pcm]:
    name = f"{path}, row {str(row.get('id') or row.get('file') or row['speaker_id'])[:MAX_NAME_CHARS]!r}"
    clip = row["audio"] if isinstance(row["audio"], dict) else {}
    held = clip.get("bytes")
    pcm = audio.decode_pcm(held if isinstance(held, bytes) else b"", name)
    audio_s = len(pcm) / SAMPLE_RATE_HZ
    speaker = _as_field(row["speaker_id"])
    match = _TIMES.fullmatch(str(row.get("id")))
    start_s, end_s = (float(match[1]), float(match[2])) if match else (0.0, audio_s)
    if not TICK_S >= audio_s - (end_s - start_s) >= -audio.OVERHANG_S:
        # an early loading script for TED-LIUM takes milliseconds for samples: a sixteenth of the audio
        raise DataError(f"{name} holds {audio_s:.2f} s of audio, which its times deny; use another mirror")
    if end_s > audio.MAX_CLIP_S:
        raise DataError(f"{name} ends at {end_s:g} s; talks of at most {audio.MAX_CLIP_S:g} s are read")
    source = row.get("file") or (clip.get("path") if match else None)
    talk = _as_field(PurePosixPath(str(source)).stem if source else speaker)
    try:
        fields.file_name("its talk", talk)
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    label = (match and match[3]) or ""
    return StmLine(talk, speaker, start_s, end_s, label, " ".join(str(row["text"]).split())), pcm


def _as_field(text: object) -> str:
    return re.sub(r"[^\w.-]+", "_", str(text)) or "unknown"


def _put(pcm: Pcm, line: StmLine, raw: Path) -> None:
    """Write a clip at its place in the raw samples of its talk, which need not fit in memory all at once."""
    raw.touch()
    with raw.open("r+b") as file:
        file.seek(round(line.start_s * SAMPLE_RATE_HZ) * pcm.itemsize)
        file.write(pcm.tobytes())
