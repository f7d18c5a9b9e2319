"""The journal survives a kill at any byte, a full disk, and another session."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr_harness.errors import RecordError
from asr_harness.runs import journal_content
from asr_harness.runs.journal import Journal, sweep
from asr_harness.runs.locking import try_lock
from asr_harness.schema import SavedPlan
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.journal import JournalHeader
from tests.results import measured_entry

HEADER = JournalHeader(Conditions(("a", "b"), plan=SavedPlan(weights="dummy")), "one session")
FAULTS = Path(__file__).parents[3] / "shared" / "cases" / "faults"


def begin(path: Path) -> Journal:
    journal = Journal.begin(path, HEADER)
    for test_id in "abc":
        journal.write(measured_entry(test_id))
    return journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    journal = begin(tmp_path / "journal" / "one.jsonl")
    journal.close()
    return journal.path


def test_what_was_written_is_read_back(path: Path) -> None:
    content = journal_content.read(path)
    assert content.header == HEADER
    assert content.entries == {test_id: measured_entry(test_id) for test_id in "abc"}
    assert content.n_skipped == 0


@settings(max_examples=60)
@given(data=st.data())
def test_a_kill_at_any_byte_costs_the_last_case_at_most(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("kill") / "one.jsonl"
    journal = Journal.begin(path, HEADER)
    ends = []
    for test_id in "abc":
        journal.write(measured_entry(test_id))
        ends.append(path.stat().st_size)
    journal.close()
    cut = data.draw(st.integers(ends[0], ends[-1]))
    path.write_bytes(path.read_bytes()[:cut])
    n_whole = sum(end <= cut for end in ends)
    reopened = Journal.reopen(path)
    reopened.write(measured_entry("d"))
    reopened.close()
    content = journal_content.read(path)
    assert list(content.entries) == [*"abc"[:n_whole], "d"]
    assert content.n_skipped == 0


@settings(max_examples=60)
@given(noise=st.binary(max_size=40), at=st.integers(1, 3))
def test_bad_bytes_in_the_middle_cost_one_line_at_most(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    journal = begin(tmp_path_factory.mktemp("noise") / "one.jsonl")
    journal.close()
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join([*lines[:at], noise, b"\n", *lines[at:]]))
    assert list(journal_content.read(journal.path).entries) == [*"abc"]


def test_zeros_before_a_line_do_not_cost_it(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], bytes(100), *lines[2:]]))
    assert list(journal_content.read(path).entries) == [*"abc"]


def test_a_line_of_wrong_types_is_passed_over_and_counted(path: Path) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[1].replace("0.1", '"x"'), "{broken\n", *lines[2:]]))
    content = journal_content.read(path)
    assert list(content.entries) == ["b", "c"]
    assert content.n_skipped == 2


@pytest.mark.parametrize("text", ["", "\n", "[]\n", "{}\n", "\0\0\0", '{"version": 99}\n'])
def test_a_journal_without_a_header_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.jsonl").write_text(text)
    with pytest.raises(RecordError, match=r"one\.jsonl"):
        journal_content.read(tmp_path / "one.jsonl")


@pytest.mark.skipif(not FAULTS.exists(), reason="the handed-over cases are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "n_entries", "n_skipped"),
    [("after_full_disk", 2, 1), ("midhalf", 0, 1), ("nultail", 1, 1), ("roundstext", 0, 1)],
)
def test_journals_that_faults_left_are_read_as_far_as_they_are_whole(
    name: str, n_entries: int, n_skipped: int
) -> None:
    content = journal_content.read(FAULTS / f"journal_{name}.jsonl")
    assert (len(content.entries), content.n_skipped) == (n_entries, n_skipped)


def test_a_write_that_fails_is_taken_back_and_says_what_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = begin(tmp_path / "one.jsonl")
    whole, write = journal.path.read_bytes(), os.write

    def full(descriptor: int, content: memoryview) -> int:
        if journal.path.stat().st_size > len(whole):
            raise OSError(28, "No space left on device")
        return write(descriptor, content[:20])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(RecordError, match="No space left on device; d is lost"):
            journal.write(measured_entry("d"))
    assert journal.path.read_bytes() == whole
    journal.write(measured_entry("e"))
    assert list(journal_content.read(journal.path).entries) == [*"abce"]


def test_a_start_without_an_end_is_counted(path: Path) -> None:
    journal = Journal.reopen(path)
    for test_id in "dded":
        journal.start(test_id)
    journal.write(measured_entry("e"))
    journal.close()
    assert journal_content.read(path).unfinished == {"d": 3}


def test_a_journal_of_a_running_session_is_not_taken(tmp_path: Path) -> None:
    journal = begin(tmp_path / "one.jsonl")
    with pytest.raises(RecordError, match="belongs to a session that is running"):
        Journal.reopen(journal.path)
    journal.close()
    Journal.reopen(journal.path).close()


def test_a_fatal_signal_names_itself_in_the_journal(path: Path) -> None:
    journal = Journal.reopen(path)
    journal.start("d")
    journal.trace()
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.dup2(writer, 2)
        os.kill(os.getpid(), signal.SIGSEGV)
    os.close(writer)
    os.close(reader)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGSEGV
    journal.close()
    content = journal_content.read(path)
    outcome, reason = content.deaths["d"]
    assert outcome == "crashed"
    assert "Segmentation fault" in reason
    assert content.n_skipped == 0
    assert list(content.entries) == [*"abc"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_case_that_somebody_ended_from_outside_is_not_held_against_it(
    path: Path, number: signal.Signals
) -> None:
    for _ in range(3):
        journal = Journal.reopen(path)
        journal.start("d")
        journal.trace()
        if (child := os.fork()) == 0:
            os.kill(os.getpid(), number)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -number
        journal.close()
    content = journal_content.read(path)
    assert content.unfinished == {"d": 0}
    assert (content.deaths, content.n_skipped) == ({}, 0)
    journal = Journal.reopen(path)
    journal.start("d")
    journal.close()
    assert journal_content.read(path).unfinished == {"d": 1}


def test_a_signal_that_is_ignored_or_handled_stays_so(path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        journal = Journal.reopen(path)
        journal.start("d")
        journal.trace()
        os.kill(os.getpid(), signal.SIGHUP)
        journal.close()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert journal_content.read(path).unfinished == {"d": 1}


@pytest.mark.parametrize(("now", "deaths"), [(7, {}), (8, {"d"}), (3, {}), (None, {})])
def test_a_kill_for_want_of_memory_is_known_by_the_kernels_count(
    path: Path, monkeypatch: pytest.MonkeyPatch, now: int | None, deaths: set[str]
) -> None:
    monkeypatch.setattr("asr_harness.runs.deaths.count_oom_kills", lambda: 7)
    journal = Journal.reopen(path)
    journal.start("d")
    journal.close()
    monkeypatch.setattr("asr_harness.runs.deaths.count_oom_kills", lambda: now)
    content = journal_content.read(path)
    assert set(content.deaths) == set(deaths)
    assert all(outcome == "oom" for outcome, _ in content.deaths.values())


def test_a_journal_that_never_had_a_header_goes_and_others_stay(path: Path) -> None:
    for name, content in (("empty", b""), ("half", b'{"version": 3, ')):
        path.with_name(f"{name}.jsonl").write_bytes(content)
    running = begin(path.with_name("running.jsonl"))
    fresh = Journal.begin(path.with_name("fresh.jsonl"), HEADER)
    assert sorted(each.name for each in path.parent.iterdir()) == [
        "fresh.jsonl",
        "one.jsonl",
        "running.jsonl",
    ]
    for journal in (running, fresh):
        journal.remove()


def test_one_that_is_about_to_get_its_header_is_left_to_its_session(path: Path) -> None:
    starting = path.with_name("starting.jsonl")
    with starting.open("wb") as stream:
        assert try_lock(stream.fileno())
        sweep(path.parent)
        assert starting.exists()


def test_a_journal_that_somebody_removed_says_so_and_is_not_kept(path: Path) -> None:
    journal = Journal.reopen(path)
    path.unlink()
    assert not journal.is_there
    with pytest.raises(RecordError, match="was removed by somebody; d is lost"):
        journal.write(measured_entry("d"))
