import shutil
from pathlib import Path

import pytest

from asr_harness.corpora import load_slice
from asr_harness.corpora.sources import locations as sources
from asr_harness.errors import DataError


def test_the_first_usable_location_is_opened(talk: Path, tmp_path: Path) -> None:
    corpus = sources.open_first("tedlium", [str(tmp_path / "gone"), str(talk), "prepared"])
    assert corpus.origin == str(talk / "legacy" / "dev")


def test_where_nothing_is_usable_every_failure_is_said_in_turn(tmp_path: Path) -> None:
    locations = [str(tmp_path / "gone"), "hub:kfajdsl/tedlium", "prepared"]
    with pytest.raises(
        DataError, match=r"(?s)tried in turn.*gone does not exist.*kfajdsl.*no slice of tedlium"
    ):
        sources.open_first("tedlium", locations)


def test_one_location_alone_says_its_own_failure(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone does not exist$"):
        sources.open_first("tedlium", [str(tmp_path / "gone")])


def test_prepared_slices_serve_without_the_corpus(talk: Path) -> None:
    before = load_slice(f"tedlium:{talk}", "5s", limits_s=(3, 7), n_utterances=None)
    shutil.rmtree(talk)
    after = load_slice("tedlium:prepared", "5s", limits_s=(3, 7), n_utterances=1)
    assert after.utterances[0].id == before.utterances[0].id


def test_what_was_not_prepared_is_an_error_that_says_where_the_slices_came_from(talk: Path) -> None:
    load_slice(f"tedlium:{talk}", "5s", limits_s=(3, 7), n_utterances=None)
    with pytest.raises(DataError, match=r"prepared from .*legacy/dev\) has no 10-20s-seed0-nall\.json"):
        load_slice("tedlium:prepared", "15s", limits_s=(10, 20), n_utterances=None)
