from pathlib import Path

import numpy as np
import pytest
import soundfile

from asr_harness.corpora import load_slice, open_corpus
from asr_harness.errors import DataError
from tests.corpora.conftest import noise


@pytest.fixture
def libri(tmp_path: Path) -> Path:
    chapter = tmp_path / "LibriSpeech" / "dev-clean" / "84" / "121123"
    chapter.mkdir(parents=True)
    texts = ("GO DO YOU HEAR", "BUT IN LESS THAN FIVE MINUTES")
    for i, _ in enumerate(texts):
        soundfile.write(chapter / f"84-121123-000{i}.flac", noise(4.0 + i, seed=i), 16_000)
    lines = [f"84-121123-000{i} {text}\n" for i, text in enumerate(texts)]
    (chapter / "84-121123.trans.txt").write_text("".join(lines))
    return tmp_path / "LibriSpeech"


def test_each_line_is_a_segment_of_its_own_recording(libri: Path) -> None:
    first, second = open_corpus(f"librispeech:{libri}").segments
    assert (first.talk, first.speaker, first.end_s, first.reference) == (
        "84-121123",
        "84",
        4.0,
        "GO DO YOU HEAR",
    )
    assert second.recording.name == "84-121123-0001.flac"


def test_a_slice_is_cut_as_from_any_corpus(libri: Path) -> None:
    slice_ = load_slice(f"librispeech:{libri}", "5s", limits_s=(4.5, 7), n_utterances=None)
    assert np.array_equal(slice_.utterances[0].samples * 32768, noise(5.0, seed=1))


def test_utterances_of_a_chapter_do_not_join(libri: Path) -> None:
    with pytest.raises(DataError, match="it holds 5s 2"):
        load_slice(f"librispeech:{libri}", "30s", limits_s=(25, 40), n_utterances=None)


def test_a_missing_recording_is_an_error_with_file_and_line(libri: Path) -> None:
    next(libri.rglob("*-0001.flac")).unlink()
    with pytest.raises(DataError, match=r"84-121123\.trans\.txt:2: .*0001\.flac is missing"):
        open_corpus(f"librispeech:{libri}")


def test_a_malformed_line_is_an_error_with_file_and_line(libri: Path) -> None:
    next(libri.rglob("*.trans.txt")).write_text("nonsense\n")
    with pytest.raises(DataError, match=r"84-121123\.trans\.txt:1: 'nonsense' is not"):
        open_corpus(f"librispeech:{libri}")


@pytest.mark.parametrize("spec", ["librispeech", "librispeech:/nowhere/at/all"])
def test_no_folder_is_an_error(spec: str) -> None:
    with pytest.raises(DataError, match=r"librispeech:|no \*\.trans\.txt"):
        open_corpus(spec)


@pytest.mark.parametrize("name", ["../../../secret-1-2", "/etc/x-1-2", r"a\b-1-2"])
def test_an_utterance_that_names_another_folder_is_refused(libri: Path, name: str) -> None:
    next(libri.rglob("*.trans.txt")).write_text(f"{name} WORDS\n")
    with pytest.raises(DataError, match=r"84-121123\.trans\.txt:1: the utterance is"):
        open_corpus(f"librispeech:{libri}")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_transcripts_of_any_known_encoding_are_read(libri: Path, encoding: str) -> None:
    next(libri.rglob("*.trans.txt")).write_bytes("84-121123-0000 CAFÉ\r\n\n".encode(encoding))
    assert [s.reference for s in open_corpus(f"librispeech:{libri}").segments] == ["CAFÉ"]


def test_a_transcript_that_is_no_text_is_an_error_with_file_and_line(libri: Path) -> None:
    next(libri.rglob("*.trans.txt")).write_bytes(b"84-121123-0000 A\0B\n")
    with pytest.raises(DataError, match=r"84-121123\.trans\.txt:1: holds a NUL"):
        open_corpus(f"librispeech:{libri}")
