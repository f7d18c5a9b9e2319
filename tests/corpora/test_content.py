import json
import os
import time
from pathlib import Path

import pytest

from asr_harness.corpora.slices import content
from asr_harness.errors import DataError


def test_names_and_contents_count_and_order_and_folders_do_not(tmp_path: Path) -> None:
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a").write_bytes(b"one")
        (tmp_path / folder / "b").write_bytes(b"two")
    here, there = ([tmp_path / folder / name for name in "ab"] for folder in ("here", "there"))
    assert content.fingerprint(here) == content.fingerprint(there[::-1])


def test_a_changed_byte_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    before = content.fingerprint([tmp_path / "a"])
    (tmp_path / "a").write_bytes(b"onE")
    assert content.fingerprint([tmp_path / "a"]) != before


def test_a_change_that_keeps_size_and_time_of_modification_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "SETTLED_S", -1.0)
    path = tmp_path / "a"
    path.write_bytes(b"one")
    before, stat = content.fingerprint([path]), path.stat()
    time.sleep(0.02)
    path.write_bytes(b"two")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert content.fingerprint([path]) != before


def test_what_is_remembered_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "SETTLED_S", -1.0)
    (tmp_path / "a").write_bytes(b"one")
    before = content.fingerprint([tmp_path / "a"])
    monkeypatch.setattr(content, "file_digest", None)
    assert content.fingerprint([tmp_path / "a"]) == before


def test_a_memory_that_is_damaged_is_forgotten(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    before = content.fingerprint([tmp_path / "a"])
    (cache / "v1").mkdir(parents=True, exist_ok=True)
    (cache / "v1" / "digests.json").write_bytes(b"{half")
    assert content.fingerprint([tmp_path / "a"]) == before


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gone cannot be read"):
        content.fingerprint([tmp_path / "gone"])


@pytest.mark.parametrize(
    "known", ["text", 5, None, {}, [], [1, 2, 3], [1, 2, 3, 4], ["3", "0", "0", "0" * 64]]
)
def test_a_memory_of_wrong_types_is_forgotten(tmp_path: Path, cache: Path, known: object) -> None:
    (tmp_path / "a").write_bytes(b"one")
    before = content.fingerprint([tmp_path / "a"])
    (cache / "v1").mkdir(parents=True, exist_ok=True)
    (cache / "v1" / "digests.json").write_text(json.dumps({str(tmp_path / "a"): known}))
    assert content.fingerprint([tmp_path / "a"]) == before


def test_a_memory_nested_without_end_is_forgotten(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    (cache / "v1").mkdir(parents=True)
    (cache / "v1" / "digests.json").write_bytes(b"[" * 200_000)
    assert len(content.fingerprint([tmp_path / "a"])) == 64


def test_a_memory_that_cannot_be_written_is_done_without(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "SETTLED_S", -1.0)
    cache.write_bytes(b"a file where the cache should be: nothing below can be written, even by root")
    (tmp_path / "a").write_bytes(b"one")
    before = content.fingerprint([tmp_path / "a"])
    os.utime(tmp_path / "a", (0, 0))
    assert content.fingerprint([tmp_path / "a"]) == before
