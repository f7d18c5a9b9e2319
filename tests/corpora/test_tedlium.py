from pathlib import Path

import pytest

from asr_harness.corpora import open_corpus, tedlium
from asr_harness.errors import DataError


def test_several_locations_are_tried_in_the_order_given(talk: Path, tmp_path: Path) -> None:
    assert open_corpus(f"tedlium:{tmp_path / 'gone'},{talk}").origin.startswith(str(talk))


def test_the_variable_configures_the_order(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASR_HARNESS_TEDLIUM", f"prepared,{talk}")
    assert open_corpus("tedlium").origin.startswith(str(talk))


def test_a_folder_in_the_working_directory_comes_first(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.rename(tmp_path / "TEDLIUM_release-3")
    monkeypatch.chdir(tmp_path)
    assert open_corpus("tedlium").origin == "TEDLIUM_release-3/legacy/dev"


def test_a_path_with_a_comma_is_one_location(talk: Path, tmp_path: Path) -> None:
    assert open_corpus(f"tedlium:{talk.rename(tmp_path / 'a,b')}").origin.endswith("a,b/legacy/dev")


def test_by_default_local_places_come_first_then_the_hub_then_prepared_slices() -> None:
    kinds = [
        "hub" if x.startswith("hub:") else "prepared" if x == "prepared" else "local"
        for x in tedlium.DEFAULT_ORDER
    ]
    assert kinds == ["local"] * 4 + ["hub"] * 3 + ["prepared"]


def test_the_real_dev_set_has_the_counts_that_are_known() -> None:
    try:
        segments = open_corpus("tedlium").segments
    except DataError:
        pytest.skip("TED-LIUM is not here")
    if "AlGore_2009" not in {segment.talk for segment in segments}:
        pytest.skip("what is here is not TED-LIUM's dev set")
    n_scored = sum(segment.scored for segment in segments)
    assert (len({s.talk for s in segments}), n_scored, len(segments) - n_scored) == (8, 507, 84)


@pytest.mark.parametrize("location", ["~nobody-of-that-name/x", "x" * 300, "a\0b"])
def test_a_location_that_is_no_path_is_an_error(location: str) -> None:
    with pytest.raises(DataError, match=r"home folder|does not exist"):
        open_corpus(f"tedlium:{location}")
