"""Each format, written as its own tools write it, gives the same corpus."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from asr_harness.corpora import Corpus, open_corpus
from asr_harness.errors import DataError
from tests.corpora.formats.conftest import write_audio

TEXTS = {"a": "Grüß Gott", "b": "auf Wiedersehen"}
LENGTHS_S = {"a": 4.0, "b": 5.5}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, audio_s in LENGTHS_S.items():
        write_audio(tmp_path / "wav" / f"{name}.wav", audio_s)
    return tmp_path


def write_lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def nemo(folder: Path) -> Path:
    rows = [
        {
            "audio_filepath": f"wav/{name}.wav",
            "duration": LENGTHS_S[name],
            "text": text,
            "speaker": name,
            "lang": "de",
        }
        for name, text in TEXTS.items()
    ]
    return write_lines(folder / "test.jsonl", *rows)


def zipped(folder: Path) -> Path:
    path = folder / "zipped.jsonl.gz"
    path.write_bytes(gzip.compress(nemo(folder).read_bytes()))
    return path


def recording(folder: Path, name: str) -> dict[str, Any]:
    source = {"type": "file", "channels": [0], "source": str(folder / "wav" / f"{name}.wav")}
    n = round(LENGTHS_S[name] * 16_000)
    return {
        "id": f"rec-{name}",
        "sources": [source],
        "sampling_rate": 16_000,
        "num_samples": n,
        "duration": LENGTHS_S[name],
    }


def supervision(name: str) -> dict[str, Any]:
    times = {"start": 0.0, "duration": LENGTHS_S[name], "channel": 0}
    return {
        "id": name,
        "recording_id": f"rec-{name}",
        **times,
        "text": TEXTS[name],
        "speaker": name,
        "language": "de",
    }


def cuts(folder: Path) -> Path:
    rows = [
        {
            "id": f"cut-{name}",
            "start": 0.0,
            "duration": LENGTHS_S[name],
            "channel": 0,
            "supervisions": [supervision(name)],
            "recording": recording(folder, name),
            "type": "MonoCut",
        }
        for name in TEXTS
    ]
    return write_lines(folder / "cuts.jsonl", *rows)


def supervisions(folder: Path) -> Path:
    write_lines(folder / "de_recordings_dev.jsonl", *(recording(folder, name) for name in TEXTS))
    return write_lines(folder / "de_supervisions_dev.jsonl", *map(supervision, TEXTS))


def common_voice(folder: Path) -> Path:
    (folder / "wav").rename(folder / "clips")
    rows = "".join(f"{name}\t{name}.wav\t{text}\t2\tde\n" for name, text in TEXTS.items())
    (folder / "test.tsv").write_text(f"client_id\tpath\tsentence\tup_votes\tlocale\n{rows}", "utf-8")
    return folder / "test.tsv"


def table(folder: Path) -> Path:
    rows = "".join(f'wav/{name}.wav,"{text}",{name},de\r\n' for name, text in TEXTS.items())
    (folder / "test.csv").write_text(f"\ufeffaudio,transcript,speaker,language\r\n{rows}", "utf-8")
    return folder / "test.csv"


def kaldi(folder: Path) -> Path:
    for name, values in {
        "wav.scp": {name: f"wav/{name}.wav" for name in TEXTS},
        "text": TEXTS,
        "utt2spk": {name: name for name in TEXTS},
        "utt2lang": dict.fromkeys(TEXTS, "de"),
    }.items():
        (folder / name).write_text("".join(f"{key} {value}\n" for key, value in values.items()), "utf-8")
    return folder


def saved_dataset(folder: Path) -> Path:
    from datasets import Audio, Dataset

    rows = [
        {
            "audio": {"bytes": (folder / "wav" / f"{name}.wav").read_bytes(), "path": f"{name}.wav"},
            "sentence": text,
            "speaker_id": name,
            "locale": "de",
        }
        for name, text in TEXTS.items()
    ]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    Dataset.from_dict(columns).cast_column("audio", Audio(decode=False)).save_to_disk(str(folder / "saved"))
    return folder / "saved"


def text_files(folder: Path) -> Path:
    for name, text in TEXTS.items():
        (folder / "plain" / name).mkdir(parents=True)
        (folder / "wav" / f"{name}.wav").rename(folder / "plain" / name / "speech.wav")
        (folder / "plain" / name / "speech.txt").write_text(f"{text}\n", "utf-8")
    return folder / "plain"


WRITERS = [nemo, zipped, cuts, supervisions, common_voice, table, kaldi, saved_dataset]


def told(corpus: Corpus) -> list[tuple[str, str, str, float, float]]:
    return sorted((s.talk, s.speaker, s.reference, s.start_s, s.end_s) for s in corpus.segments)


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_every_format_gives_the_same_segments(folder: Path, write: Any) -> None:
    corpus = open_corpus(f"manifest:{write(folder)}")
    assert told(corpus) == [(name, name, text, 0.0, LENGTHS_S[name]) for name, text in TEXTS.items()]
    assert (corpus.language, corpus.conversion, corpus.grouping) == ("de", None, None)


def test_a_folder_within_a_folder_of_text_files_is_a_talk_and_equal_names_stay_apart(folder: Path) -> None:
    corpus = open_corpus(f"manifest:{text_files(folder)}")
    assert told(corpus) == [(name, name, text, 0.0, LENGTHS_S[name]) for name, text in TEXTS.items()]
    assert corpus.language is None
    ids = [segment.id for segment in corpus.segments]
    assert len(set(ids)) == 2
    moved = folder / "elsewhere"
    (folder / "plain").rename(moved)
    assert [segment.id for segment in open_corpus(f"manifest:{moved}").segments] == ids


def test_the_other_manifest_of_a_pair_opens_the_same_corpus(folder: Path) -> None:
    path = supervisions(folder)
    other = path.with_name(path.name.replace("supervisions", "recordings"))
    assert told(open_corpus(f"manifest:{other}")) == told(open_corpus(f"manifest:{path}"))


def test_segments_of_one_recording_are_its_talk(tmp_path: Path) -> None:
    write_audio(tmp_path / "call.wav", 20.0)
    rows = [
        {"audio_filepath": "call.wav", "offset": start, "duration": 4.0, "text": "ja", "speaker": f"s{start}"}
        for start in (0, 4, 10)
    ]
    corpus = open_corpus(f"manifest:{write_lines(tmp_path / 'm.json', *rows)}")
    assert [(s.talk, s.speaker, s.start_s, s.end_s) for s in corpus.segments] == [
        ("call", "s0", 0.0, 4.0),
        ("call", "s4", 4.0, 8.0),
        ("call", "s10", 10.0, 14.0),
    ]


def test_kaldis_segments_and_channels_are_read(tmp_path: Path) -> None:
    write_audio(tmp_path / "r.wav", 10.0, n_channels=2)
    for name, text in {
        "wav.scp": "r r.wav\ns r.wav\n",
        "text": "u1 one\nu2 two\nu3\n",
        "segments": "u1 r 0.5 4\nu2 r 4 8.25\nu3 s 0 4\n",
        "reco2file_and_channel": "r r A\ns r B\n",
    }.items():
        (tmp_path / name).write_text(text)
    segments = open_corpus(f"manifest:{tmp_path}").segments
    assert [(s.reference, s.start_s, s.end_s, s.channel, s.name) for s in segments] == [
        ("one", 0.5, 4.0, 0, "r-c0"),
        ("two", 4.0, 8.25, 0, "r-c0"),
        ("", 0.0, 4.0, 1, "r-c1"),
    ]


def test_without_any_name_there_is_one_group_and_it_is_said(folder: Path) -> None:
    rows = [{"audio_filepath": f"wav/{name}.wav", "text": "x"} for name in TEXTS]
    corpus = open_corpus(f"manifest:{write_lines(folder / 'm.jsonl', *rows)}")
    assert {segment.talk for segment in corpus.segments} == {"all"}
    assert corpus.grouping
    assert "one group" in corpus.grouping


def test_a_reference_without_a_word_is_kept_and_said_by_its_line(folder: Path) -> None:
    rows = [{"audio_filepath": f"wav/{name}.wav", "text": text} for name, text in (("a", "so"), ("b", " "))]
    path = write_lines(folder / "m.jsonl", *rows)
    corpus = open_corpus(f"manifest:{path}")
    assert [segment.reference for segment in corpus.segments] == ["so", ""]
    assert corpus.wordless
    assert corpus.wordless.startswith(
        f"1 of 2 references without a word, the first at {path}:2: counted as silence"
    )
    rows[1]["text"] = "too"
    assert open_corpus(f"manifest:{write_lines(path, *rows)}").wordless is None


def test_a_command_in_wav_scp_is_refused_and_not_run(folder: Path) -> None:
    (kaldi(folder) / "wav.scp").write_text(f"a touch {folder}/ran |\nb wav/b.wav\n")
    with pytest.raises(
        DataError, match=r"wav\.scp:1: 'a' is a command .* not run; write its output to a file"
    ):
        open_corpus(f"manifest:{folder}")
    assert not (folder / "ran").exists()


def test_a_kaldi_folder_without_text_is_told_what_it_lacks(folder: Path) -> None:
    (kaldi(folder) / "text").unlink()
    with pytest.raises(DataError, match=r"text is missing; write it, or give the folder that has it"):
        open_corpus(f"manifest:{folder}")


GOOD: dict[str, object] = {"audio_filepath": "wav/a.wav", "text": "x"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"'\{' is no JSON"),
        ("[1]", "is a list; expected an object"),
        ('{"text": "x"}', "names no recording: it has text; expected one of audio_filepath"),
        ('{"audio_filepath": "wav/a.wav"}', "names no text"),
        (GOOD | {"audio_filepath": "wav/c.wav"}, r".*wav/c\.wav is missing; paths are absolute"),
        (GOOD | {"audio_filepath": "a\0"}, "audio_filepath is"),
        (GOOD | {"audio_filepath": "s3://bucket/a.wav"}, "'s3://bucket/a.wav' is an address.*fetch it"),
        (GOOD | {"text": 3}, "text is 3; expected text"),
        (GOOD | {"offset": -1}, "offset is -1; expected seconds"),
        (GOOD | {"duration": "long"}, "duration is 'long'"),
        (GOOD | {"duration": float("nan")}, "duration is nan"),
        (GOOD | {"duration": 9}, r"goes from 0 to 9 s, but .* 4\.00 s"),
        (GOOD | {"talk": "../up"}, r"the talk is '\.\./up'"),
        (GOOD | {"speaker": [1]}, "speaker is a list"),
        (GOOD | {"lang": "klingonisch"}, "language 'klingonisch'"),
        (GOOD | {"audio_filepath": "m.jsonl"}, ".* cannot be decoded"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_value_and_way_out(
    folder: Path, line: str | dict[str, object], message: str
) -> None:
    second = line if isinstance(line, str) else json.dumps(line)
    (folder / "m.jsonl").write_text(f"{json.dumps(GOOD)}\n{second}\n")
    with pytest.raises(DataError, match=rf"m\.jsonl:2: {message}"):
        open_corpus(f"manifest:{folder / 'm.jsonl'}")


def test_a_recording_without_samples_is_told_as_one(folder: Path) -> None:
    write_audio(folder / "wav" / "empty.wav", 0.0)
    (folder / "m.jsonl").write_text(json.dumps(GOOD | {"audio_filepath": "wav/empty.wav"}))
    with pytest.raises(DataError, match=r"m\.jsonl:1: .*empty\.wav holds no audio \(0 samples\); record it"):
        open_corpus(f"manifest:{folder / 'm.jsonl'}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "MixedCut"}, "a MixedCut; only MonoCut is read"),
        ({"recording": None}, "without recording"),
        ({"recording": {"sources": [{"type": "command"}]}}, "source is 'command'.*no command is run"),
        ({"supervisions": [{"text": "x", "duration": 1, "channel": [0, 1]}]}, "channel is"),
        ({"supervisions": [{"text": "x"}]}, "without duration"),
    ],
)  # fmt: skip
def test_what_lhotse_can_and_is_not_read_is_refused(
    folder: Path, change: dict[str, Any], message: str
) -> None:
    first = json.loads(cuts(folder).read_text().splitlines()[0])
    path = write_lines(folder / "cuts.jsonl", first | change)
    with pytest.raises(DataError, match=rf"cuts\.jsonl:1: .*{message}"):
        open_corpus(f"manifest:{path}")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("m.csv", 'audio,text\nwav/a.wav,"x\n', "is no CSV"),
        ("m.csv", "audio,text\nwav/a.wav,x,y\n", r"m\.csv:2: has not the 2 fields"),
        ("m.csv", "audio,text\n", "has no rows"),
        ("m.csv", "", "has no rows"),
        ("m.csv", "wav/a.wav,hello\n", r"m\.csv:1: 'wav/a\.wav, hello' names no field for audio_filepath/"),
        ("m.tsv", "path\tworte\n", r"m\.tsv:1: .* names no field for text/sentence/"),
        ("m.jsonl", "", "has no rows"),
        ("m.xyz", "", "in no format that is known; manifest:PATH takes"),
    ],
)
def test_tables_and_files_that_are_none_are_refused(folder: Path, name: str, text: str, message: str) -> None:
    (folder / name).write_text(text)
    with pytest.raises(DataError, match=message):
        open_corpus(f"manifest:{folder / name}")


def test_a_place_that_is_not_there_and_none_at_all_list_the_formats(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"does not exist; manifest:PATH takes .*NeMo.*Kaldi"):
        open_corpus(f"manifest:{tmp_path / 'nope'}")
    with pytest.raises(DataError, match=r"as in manifest:test\.jsonl; there are"):
        open_corpus("manifest")


def test_splits_of_a_dataset_are_named(folder: Path) -> None:
    saved_dataset(folder)
    (folder / "saved").rename(folder / "splits_test")
    (folder / "splits").mkdir()
    (folder / "splits_test").rename(folder / "splits" / "test")
    (folder / "splits" / "dataset_dict.json").write_text('{"splits": ["test"]}')
    with pytest.raises(DataError, match=r"several splits; name one of manifest:.*splits/test"):
        open_corpus(f"manifest:{folder / 'splits'}")


def test_a_manifest_that_is_too_large_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asr_harness.corpora.formats.base.MAX_BYTES", 50)
    with pytest.raises(DataError, match="more than 50 bytes"):
        open_corpus(f"manifest:{zipped(folder)}")
