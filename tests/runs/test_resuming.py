"""The journal to go on with is chosen by its conditions."""

import os
from pathlib import Path

import pytest

from asr_harness.errors import RecordError
from asr_harness.runs.journal import Journal
from asr_harness.runs.resuming import resume
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.journal import JournalHeader

NOW = Conditions(("a",), n_threads=2)
OTHER = Conditions(("a",), n_threads=1)


def leave(path: Path, conditions: Conditions, age_s: float) -> Path:
    Journal.begin(path, JournalHeader(conditions)).close()
    os.utime(path, (1e9 - age_s, 1e9 - age_s))
    return path


def test_the_newest_that_fits_is_taken_though_a_newer_one_does_not(tmp_path: Path) -> None:
    leave(tmp_path / "oldest.jsonl", NOW, 3)
    fitting = leave(tmp_path / "older.jsonl", NOW, 2)
    leave(tmp_path / "newest.jsonl", OTHER, 1)
    journal, content = resume(tmp_path, NOW)
    assert (journal.path, content.header.conditions) == (fitting, NOW)
    journal.close()


def test_one_that_a_session_holds_is_left_to_it(tmp_path: Path) -> None:
    older = leave(tmp_path / "older.jsonl", NOW, 2)
    held = Journal.reopen(leave(tmp_path / "newest.jsonl", NOW, 1))
    journal, _ = resume(tmp_path, NOW)
    assert journal.path == older
    journal.close()
    held.close()


def test_where_none_fits_the_newest_says_what_differs(tmp_path: Path) -> None:
    leave(tmp_path / "older.jsonl", OTHER, 2)
    leave(tmp_path / "newest.jsonl", OTHER, 1)
    with pytest.raises(RecordError, match=r"newest\.jsonl.* n_threads was 1 and is now 2 .*1 older ones"):
        resume(tmp_path, NOW)


def test_a_damaged_journal_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_bytes(bytes(10))
    with pytest.raises(RecordError, match=r"one\.jsonl has no header"):
        resume(tmp_path, NOW)


def test_without_journals_there_is_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="nothing to resume"):
        resume(tmp_path, NOW)
