"""The journal survives a kill at any byte."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_harness import journal
from asr_harness.errors import RecordError

HEADER = {"weights": "dummy", "cases": ["a", "b"]}


def entry(case_id: str) -> journal.Entry:
    return journal.Entry(case_id, "measured", None, (0.1, 0.2), {"rtf": 0.5})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    started = journal.Journal.begin(tmp_path / "journal" / "one.jsonl", HEADER)
    for case_id in "abc":
        started.write(entry(case_id))
    return started.path


def test_what_was_written_is_read_back(path: Path) -> None:
    assert journal.read(path) == (HEADER, tuple(map(entry, "abc")))


@settings(max_examples=60)
@given(data=st.data())
def test_a_kill_at_any_byte_costs_the_last_case_at_most(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("kill") / "one.jsonl"
    started = journal.Journal.begin(path, HEADER)
    ends = []
    for case_id in "abc":
        started.write(entry(case_id))
        ends.append(path.stat().st_size)
    cut = data.draw(st.integers(ends[0], ends[-1]))
    path.write_bytes(path.read_bytes()[:cut])
    n_whole = sum(end <= cut for end in ends)
    reopened = journal.Journal.reopen(path)
    reopened.write(entry("d"))
    assert [found.case_id for found in journal.read(path)[1]] == [*"abc"[:n_whole], "d"]


def test_a_line_damaged_in_the_middle_is_an_error_that_names_the_journal(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], "{broken\n", *lines[2:]]))
    with pytest.raises(RecordError, match=r"one\.jsonl is damaged"):
        journal.read(path)


def test_an_empty_journal_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").touch()
    with pytest.raises(RecordError, match="is damaged"):
        journal.read(tmp_path / "one.jsonl")


def test_a_number_that_is_no_json_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        journal.Journal.reopen(path).write(journal.Entry("x", "measured", None, (float("nan"),), {}))


def test_the_newest_journal_is_the_one_to_resume(tmp_path: Path) -> None:
    assert journal.latest(tmp_path) is None
    first = journal.Journal.begin(tmp_path / "1.jsonl", HEADER)
    second = journal.Journal.begin(tmp_path / "2.jsonl", HEADER)
    assert journal.latest(tmp_path) == second.path
    second.remove()
    assert journal.latest(tmp_path) == first.path


def test_a_journal_of_something_else_is_refused_with_the_differing_key(path: Path) -> None:
    with pytest.raises(RecordError, match="weights was 'dummy' and is now 'pretrained'"):
        journal.check_header(path, HEADER, {**HEADER, "weights": "pretrained"})
