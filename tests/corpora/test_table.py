from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from asr_harness.corpora import load_slice, open_corpus
from asr_harness.corpora.sources import table
from asr_harness.corpora.sources.audio import read_pcm
from asr_harness.errors import DataError
from tests.corpora.conftest import noise, write_talk
from tests.corpora.parquet import RECORDING, TIMES_S, long_form_rows, segment_rows, wav, write_parquet


def test_segments_are_the_rows_with_the_times_of_their_ids(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "0000.parquet", segment_rows())
    segments = open_corpus(f"tedlium:{path}").segments
    assert tuple((s.start_s, s.end_s) for s in segments) == TIMES_S
    assert [s.scored for s in segments] == [True, True, False]
    assert {(s.talk, s.speaker) for s in segments} == {("Talk_2026", "Speaker")}


def test_rows_give_the_slice_that_the_recording_gives(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "0000.parquet", segment_rows())
    stm = "".join(
        f"Talk_2026 1 Speaker {a} {b} <o,f0,male> {row['text']}\n"
        for (a, b), row in zip(TIMES_S, segment_rows(), strict=True)
    )
    folder = write_talk(tmp_path / "folder", "Talk_2026", stm, RECORDING)
    loaded = [
        load_slice(f"tedlium:{place}", "x", limits_s=(3, 7), n_utterances=None).fingerprint
        for place in (path, folder)
    ]
    assert loaded[0] == loaded[1]


def test_touching_clips_lie_in_one_continuous_recording(tmp_path: Path) -> None:
    rows = segment_rows()[::-1]
    folder = table.laid_out([write_parquet(tmp_path / "0000.parquet", rows)])
    pcm = read_pcm(folder / "sph" / "Talk_2026.flac")
    assert np.array_equal(pcm[8_000:184_000], RECORDING[8_000:184_000])
    assert not pcm[184_000:192_000].any()


def test_rows_in_several_files_are_one_corpus(tmp_path: Path) -> None:
    for i, row in enumerate(segment_rows()):
        write_parquet(tmp_path / f"000{i}.parquet", [row])
    assert len(open_corpus(f"tedlium:{tmp_path}").segments) == 3


def test_a_row_without_times_is_one_segment_of_its_own_talk(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "0000.parquet", long_form_rows())
    segment = open_corpus(f"tedlium:{path}").segments[0]
    assert (segment.talk, segment.start_s, segment.end_s) == ("Al_Gore", 0.0, 30.0)


def test_names_with_odd_characters_make_file_names_and_stm_fields(tmp_path: Path) -> None:
    rows = [
        row | {"speaker_id": "../A B", "file": None, "audio": {**row["audio"], "path": None}}
        for row in long_form_rows()
    ]  # type: ignore[dict-item]
    assert open_corpus(f"tedlium:{write_parquet(tmp_path / 'x.parquet', rows)}").segments[0].talk == ".._A_B"


@pytest.mark.parametrize("audio_s", [4.5 / 16, 3.9, 4.6])
def test_a_clip_that_is_not_as_long_as_its_times_is_an_error(tmp_path: Path, audio_s: float) -> None:
    row = segment_rows()[0] | {"audio": {"bytes": wav(noise(audio_s)), "path": "x.sph"}}
    with pytest.raises(DataError, match=rf"holds {audio_s:.2f} s of audio, which its times deny"):
        table.laid_out([write_parquet(tmp_path / "0000.parquet", [row])])


def test_a_table_is_laid_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_parquet(tmp_path / "0000.parquet", segment_rows())
    first = table.laid_out([path])
    monkeypatch.setattr(table, "_rows", None)
    assert table.laid_out([path]) == first


def test_a_missing_column_is_an_error_that_names_it(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "0000.parquet")
    with pytest.raises(DataError, match=r"0000\.parquet has no column audio, speaker_id"):
        table.laid_out([tmp_path / "0000.parquet"])


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "0000.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match=r"0000\.parquet cannot be read as parquet"):
        table.laid_out([tmp_path / "0000.parquet"])


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "cannot be decoded"), (wav(noise(1.0), 8_000), "1 channels at 8000 Hz")]
)
def test_a_clip_that_cannot_be_measured_is_an_error_that_names_the_row(
    tmp_path: Path, content: bytes, why: str
) -> None:
    row = segment_rows()[0] | {"audio": {"bytes": content, "path": "x.sph"}}
    with pytest.raises(DataError, match=rf"row 'Speaker-0\.5-5\.0-<o,f0,male>'.* {why}"):
        table.laid_out([write_parquet(tmp_path / "0000.parquet", [row])])


def test_a_clip_at_an_absurd_time_is_refused_before_its_talk_is_laid_out(tmp_path: Path) -> None:
    row = segment_rows()[0] | {"id": "Speaker-200000.0-200004.5-<o,f0,male>"}
    with pytest.raises(DataError, match=r"ends at 200004 s; talks of at most 21600 s are read"):
        table.laid_out([write_parquet(tmp_path / "0000.parquet", [row])])


def test_a_talk_whose_name_is_no_file_name_is_refused(tmp_path: Path) -> None:
    row = segment_rows()[0] | {"file": "/somewhere/" + "x" * 240 + ".sph"}
    with pytest.raises(DataError, match=r"row 'Speaker-0\.5-5\.0-<o,f0,male>': its talk is 'xxx"):
        table.laid_out([write_parquet(tmp_path / "0000.parquet", [row])])


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("audio", [1, 2]),
        ("audio", ["a", "b"]),
        ("audio", [{"bytes": 3}, {"bytes": 4}]),
        ("audio", [{"other": b""}, {"other": b""}]),
        ("audio", [[1.0], [2.0]]),
        ("audio", [None, None]),
    ],
)
def test_columns_of_other_types_are_a_data_error(tmp_path: Path, column: str, values: list[object]) -> None:
    rows = {"audio": [{"bytes": wav(RECORDING)}] * 2, "text": ["a", "b"], "speaker_id": ["s", "s"]}
    pq.write_table(pa.table(rows | {column: values}), tmp_path / "0000.parquet")
    with pytest.raises(DataError, match=r"0000\.parquet"):
        table.laid_out([tmp_path / "0000.parquet"])


def test_a_row_group_is_weighed_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_GROUP_BYTES", 10)
    path = write_parquet(tmp_path / "rows.parquet", segment_rows())
    with pytest.raises(DataError, match="at most 10 are read"):
        table.laid_out([path])


def test_clips_hours_apart_make_no_talks(tmp_path: Path) -> None:
    rows = [
        {**row, "id": f"Speaker-{start}-{start + (end - begin)}", "file": f"talk{start}.sph"}
        for row, (begin, end), start in zip(segment_rows(), TIMES_S, (21_000, 21_001, 21_002), strict=True)
    ]
    with pytest.raises(DataError, match="are its times in seconds"):
        table.laid_out([write_parquet(tmp_path / "rows.parquet", rows)])
