import socket
import tarfile
from pathlib import Path

import pytest

from asr_harness.corpora import load_slice, open_corpus
from asr_harness.corpora.sources import hub
from asr_harness.errors import DataError
from tests.corpora import parquet
from tests.corpora.conftest import noise


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache; HF_HUB_OFFLINE is set for all tests."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def publish_rows(tmp_path: Path, hub_cache: Path, mirror: hub.Mirror, rows: list[dict[str, object]]) -> None:
    name = mirror.pattern.replace("*", "0000")
    file = parquet.write_parquet(tmp_path / "made.parquet", rows)
    parquet.publish(file, hub_cache, mirror.repository, mirror.revision, name)


PARQUET = [mirror for mirror in hub.MIRRORS if mirror.pattern.endswith(".parquet")]


@pytest.mark.parametrize("mirror", PARQUET, ids=lambda mirror: mirror.repository)
def test_parquet_in_the_hubs_cache_is_found_offline(
    tmp_path: Path, hub_cache: Path, mirror: hub.Mirror
) -> None:
    publish_rows(tmp_path, hub_cache, mirror, parquet.segment_rows())
    corpus = open_corpus(f"tedlium:hub:{mirror.repository}")
    assert corpus.origin == f"hub:{mirror.repository}"
    assert [segment.reference for segment in corpus.segments][:2] == ["it 's a test", "of one talk"]


def test_the_archive_in_the_hubs_cache_is_found_offline(talk: Path, tmp_path: Path, hub_cache: Path) -> None:
    with tarfile.open(tmp_path / "dev.tar.gz", "w:gz") as made:
        made.add(talk / "legacy" / "dev", "dev")
    mirror = hub.MIRRORS[0]
    parquet.publish(tmp_path / "dev.tar.gz", hub_cache, mirror.repository, mirror.revision, mirror.pattern)
    slice_ = load_slice("tedlium", "5s", limits_s=(3, 7), n_utterances=None)
    assert {u.reference for u in slice_.utterances} == {"it 's a test", "of one talk"}


def test_the_long_form_mirror_fills_no_bucket_and_says_so(tmp_path: Path, hub_cache: Path) -> None:
    mirror = hub.MIRRORS[-1]
    publish_rows(
        tmp_path,
        hub_cache,
        mirror,
        [parquet.long_form_rows()[0] | {"audio": {"bytes": parquet.wav(noise(90.0)), "path": None}}],
    )
    with pytest.raises(DataError, match="it holds 5s 0, 15s 0, 30s 0, 60s 0"):
        load_slice(f"tedlium:hub:{mirror.repository}", "5s", limits_s=(3, 7), n_utterances=None)


def test_a_mirror_that_cannot_be_reached_is_an_error_that_names_it(hub_cache: Path) -> None:
    with pytest.raises(DataError, match="kfajdsl/tedlium on the hub cannot be had"):
        hub.fetch("kfajdsl/tedlium")


def test_a_machine_without_a_network_is_not_kept_waiting(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(hub, "getproxies", dict)
    monkeypatch.setattr(
        hub, "_snapshot", lambda _, cached_only: () if cached_only else pytest.fail("it was asked")
    )
    with pytest.raises(DataError, match=r"cannot be had \(127\.0\.0\.1: Connection refused\)"):
        hub.fetch("kfajdsl/tedlium")


def test_an_unknown_mirror_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(DataError, match=r"no mirror 'nobody/none'; there are kfajdsl/tedlium, .*MIRRORS"):
        hub.fetch("nobody/none")
