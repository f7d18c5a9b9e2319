"""Parquet files with the columns and the metadata of the hub's mirrors of TED-LIUM."""

import hashlib
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import soundfile

from asr_harness.corpora.sources.audio import Pcm
from tests.corpora.conftest import noise

STRING = {"dtype": "string", "_type": "Value"}
FEATURES = {
    "audio": {"sampling_rate": 16_000, "_type": "Audio"},
    "text": STRING,
    "speaker_id": STRING,
    "gender": {"names": ["unknown", "female", "male"], "_type": "ClassLabel"},
    "file": STRING,
    "id": STRING,
    "whisper_transcript": STRING,
}

RECORDING = noise(30.0)
TIMES_S = ((0.5, 5.0), (5.0, 11.5), (12.0, 15.0))


def segment_rows() -> list[dict[str, object]]:
    """Rows such as `LIUM/tedlium` and `distil-whisper/tedlium-prompted` have: one a segment."""
    texts = ("it 's a test", "of one talk", "ignore_time_segment_in_scoring")
    return [
        {
            "audio": {
                "bytes": wav(RECORDING[round(a * 16_000) : round(b * 16_000)]),
                "path": "Talk_2026.sph",
            },
            "text": text,
            "speaker_id": "Speaker",
            "gender": 2,
            "file": "/somewhere/dev/sph/Talk_2026.sph",
            "id": f"Speaker-{a}-{b}-<o,f0,male>",
        }
        for (a, b), text in zip(TIMES_S, texts, strict=True)
    ]


def long_form_rows() -> list[dict[str, object]]:
    """Rows such as `distil-whisper/tedlium-long-form` has: one a talk, without times."""
    return [
        {"audio": {"bytes": wav(RECORDING), "path": None}, "text": "a whole talk", "speaker_id": "Al_Gore"}
    ]


def wav(pcm: Pcm, rate_hz: int = 16_000) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, pcm, rate_hz, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def write_parquet(path: Path, rows: list[dict[str, object]]) -> Path:
    features = {name: feature for name, feature in FEATURES.items() if name in rows[0]}
    table = pa.Table.from_pylist(rows)
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(metadata), path)
    return path


def publish(file: Path, hub_cache: Path, repository: str, revision: str, name: str) -> None:
    """Lay a file of a dataset out as the hub's cache does: refs, snapshots, and blobs named by their hash."""
    root = hub_cache / f"datasets--{repository.replace('/', '--')}"
    commit = "0123456789abcdef0123456789abcdef01234567"
    blob = root / "blobs" / hashlib.sha256(file.read_bytes()).hexdigest()
    snapshot = root / "snapshots" / commit / name
    for path in (root / "refs" / revision, blob, snapshot):
        path.parent.mkdir(parents=True, exist_ok=True)
    (root / "refs" / revision).write_text(commit)
    blob.write_bytes(file.read_bytes())
    snapshot.symlink_to(blob)
