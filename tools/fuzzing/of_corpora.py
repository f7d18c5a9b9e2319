"""Readers of what corpora and their cache hold: manifests, digests, transcripts, tables, archives, audio."""

from __future__ import annotations

import io
import json
import os
import tarfile
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from asr_harness.corpora import librispeech
from asr_harness.corpora.slices import content, manifest
from asr_harness.corpora.sources import archive, audio, layout, stm, table
from tests.corpora.parquet import segment_rows, wav
from tests.corpora.test_manifest import MANIFEST
from tools.fuzzing import mutating
from tools.fuzzing.reading import Reader

if TYPE_CHECKING:
    from random import Random

STM = b""";; a comment
Talk_1 1 Speaker_1 0.50 7.92 <o,f0,male> it 's a test <unk> of one talk
Talk_1 A Speaker_1 7.92 9.00 <o,,unknown> ignore_time_segment_in_scoring
Talk_1 1 inter_segment_gap 9.00 9.50 no label
"""
RECORDING = np.zeros(1600, dtype=np.int16)
HEADERS = tuple(f.encode() for f in ("sample_count -i 1600", "sample_n_bytes -i 2", "sample_rate -i 16000"))
RIFF_BYTES = 60
"""So many of a recording are mutated: its header, and the first of its samples."""
MEMBERS = (
    "../out",
    "/abs",
    "legacy/dev/stm/../../x.stm",
    "legacy/dev/sph/talk.sph",
    "a" * 3000,
    "legacy",
    "",
    ".",
)
KINDS = (
    tarfile.REGTYPE,
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.CHRTYPE,
    tarfile.FIFOTYPE,
    tarfile.DIRTYPE,
    tarfile.GNUTYPE_SPARSE,
    tarfile.CONTTYPE,
    b"9",
)


def _manifest(random: Random) -> bytes:
    raw = mutating.of_json(json.loads(json.dumps(asdict(MANIFEST))), random)
    try:
        body = json.loads(raw)
        digest = manifest._hash(body)  # noqa: SLF001
    except (ValueError, RecursionError):
        return raw
    # With its right hash, so that what is inside is looked at.
    return json.dumps({"sha256": digest, "manifest": body}).encode()


def _read_manifest(raw: bytes, folder: Path) -> None:
    path = folder / "3-7s-seed0-n2.json"
    path.write_bytes(raw)
    manifest.read(path).covers(1)


def _digests(random: Random) -> bytes:
    known = {"/data/a.sph": [10, 1, 1, "0" * 64], "/data/b.stm": [2, 3, 4, "f" * 64]}
    return mutating.of_json(known, random)


def _read_digests(raw: bytes, folder: Path) -> None:
    path = folder / "digests.json"
    path.write_bytes(raw)
    for digest in content._load(path).values():  # noqa: SLF001
        digest.is_of(folder.stat())


def _read_stm(raw: bytes, _: Path) -> None:
    lines = stm.parse_stm(raw, "talk.stm")
    stm.format_stm(lines)
    for line in lines:
        if not 0 <= line.start_s <= line.end_s or Path(line.talk).name != line.talk:
            raise AssertionError(line)


def _read_librispeech(raw: bytes, folder: Path) -> None:
    path = folder / "1-2.trans.txt"
    path.write_bytes(raw)
    librispeech._read(path)  # noqa: SLF001


def _recording(random: Random) -> bytes:
    raw = random.choice(_recordings())
    head = mutating.of_bytes(raw[:RIFF_BYTES], random)
    return head + raw[RIFF_BYTES:] if mutating.happens(random, 0.8) else mutating.of_bytes(raw, random)


@cache
def _recordings() -> tuple[bytes, ...]:
    sphere = b"NIST_1A\n   1024\n" + b"\n".join(HEADERS) + b"\nsample_byte_format -s2 01\nend_head\n"
    return wav(RECORDING), audio.encode_flac(RECORDING), sphere.ljust(1024) + RECORDING.tobytes()


def _read_recording(raw: bytes, folder: Path) -> None:
    path = folder / "talk.sph"
    path.write_bytes(raw)
    try:
        audio.length_s(path)
        audio.read_pcm(path, 0.0, 0.05)
    finally:
        audio.decode_pcm(raw, path)


def _table(random: Random) -> bytes:
    rows: Any = segment_rows()
    for number, row in enumerate(rows):
        row["audio"]["bytes"] = wav(RECORDING)
        row["id"] = f"Speaker-{number}.0-{number}.1-<o,f0,male>"
    held = random.choice(rows)
    for _ in range(random.randint(0, 2)):
        column = random.choice(list(held))
        held[column] = mutating.nasty(random)
    buffer = io.BytesIO()
    try:
        made = pa.Table.from_pylist(rows)
        pq.write_table(made, buffer)
    except (pa.ArrowException, UnicodeEncodeError, TypeError, OverflowError):
        # What parquet cannot hold at all is put in as the column's own kind.
        made = pa.table({name: [random.choice(("x", "", "../x", "\x1b[31m"))] for name in rows[0]})
        buffer = io.BytesIO()
        pq.write_table(made, buffer)
    raw = buffer.getvalue()
    return mutating.of_bytes(raw, random) if mutating.happens(random, 0.4) else raw


def _read_table(raw: bytes, folder: Path) -> None:
    path = folder / "rows.parquet"
    path.write_bytes(raw)
    os.environ["ASR_HARNESS_CACHE"] = str(folder / "cache")
    layout.open_folder("tedlium", table.laid_out([path]))


def _archive(random: Random) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", format=random.choice((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
    ) as made:
        for name, held in (("legacy/dev/stm/talk.stm", STM), ("legacy/dev/sph/talk.sph", b"x" * 2000)):
            member = tarfile.TarInfo(name)
            if mutating.happens(random, 0.3):
                member.type, member.linkname = random.choice(KINDS), random.choice(MEMBERS)
            if mutating.happens(random, 0.2):
                member.name = random.choice(MEMBERS)
            member.size = len(held)
            made.addfile(member, io.BytesIO(held))
    raw = buffer.getvalue()
    return mutating.of_bytes(raw, random) if mutating.happens(random, 0.6) else raw


def _read_archive(raw: bytes, folder: Path) -> None:
    path = folder / "corpus.tar"
    path.write_bytes(raw)
    os.environ["ASR_HARNESS_CACHE"] = str(folder / "cache")
    unpacked = archive.unpacked(path)
    for inside in unpacked.rglob("*"):
        if inside.is_symlink() or not inside.resolve().is_relative_to(unpacked.resolve()):
            raise AssertionError(f"{inside} leads out")
        if not (inside.is_file() or inside.is_dir()):
            raise AssertionError(f"{inside} is no file")


READERS = (
    Reader("manifest", _manifest, _read_manifest),
    Reader("digests", _digests, _read_digests),
    Reader("stm", lambda random: mutating.of_lines(STM, random), _read_stm),
    Reader(
        "librispeech",
        lambda random: mutating.of_lines(b"1-2-0003 SO IT IS\n1-2-4 ", random),
        _read_librispeech,
    ),
    Reader("recording", _recording, _read_recording),
    Reader("parquet", _table, _read_table, max_s=10),
    Reader("archive", _archive, _read_archive),
)
