from pathlib import Path

import pytest

from asr_harness.corpora.sources import layout
from asr_harness.errors import DataError
from tests.corpora.conftest import noise, write_talk

LINE = "Talk 1 Talk 0.0 5.0 <F0_M> some words\n"


def test_the_folder_is_found_from_above_and_from_within(talk: Path) -> None:
    dev = talk / "legacy" / "dev"
    assert [layout.find(folder) for folder in (talk, talk / "legacy", dev)] == [dev] * 3


def test_links_are_followed(talk: Path, tmp_path: Path) -> None:
    real = next(talk.rglob("*.sph"))
    moved = real.rename(tmp_path / "elsewhere.sph")
    real.symlink_to(moved)
    assert layout.open_folder("tedlium", talk).segments[0].recording == real


def test_ignored_lines_are_kept_unscored(talk: Path) -> None:
    assert [s.scored for s in layout.open_folder("tedlium", talk).segments] == [False, True, True, False]


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gone is not a folder"):
        layout.open_folder("tedlium", tmp_path / "gone")


def test_a_folder_without_the_layout_is_an_error_that_says_where_it_was_sought(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folders stm and sph, nor do legacy/dev, dev"):
        layout.open_folder("tedlium", tmp_path)


def test_an_empty_layout_is_an_error(talk: Path) -> None:
    next(talk.rglob("*.stm")).unlink()
    with pytest.raises(DataError, match=r"holds no \.stm files"):
        layout.open_folder("tedlium", talk)


def test_transcripts_without_segments_are_an_error(talk: Path) -> None:
    next(talk.rglob("*.stm")).write_text(";; nothing\n")
    with pytest.raises(DataError, match="holds no segments"):
        layout.open_folder("tedlium", talk)


def test_a_missing_recording_is_an_error_that_names_talk_and_transcript(talk: Path) -> None:
    next(talk.rglob("*.sph")).unlink()
    with pytest.raises(DataError, match=r"Someone_2026\.stm speaks of 'Someone_2026'"):
        layout.open_folder("tedlium", talk)


def test_a_transcript_named_otherwise_than_its_talk_finds_its_recording(tmp_path: Path) -> None:
    folder = write_talk(tmp_path, "Talk", LINE, noise(5.0))
    (folder / "legacy/dev/stm/Talk.stm").rename(folder / "legacy/dev/stm/other.stm")
    assert layout.open_folder("tedlium", folder).segments[0].recording.name == "Talk.sph"
