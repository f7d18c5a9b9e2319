"""Transcripts side by side, with the words that differ marked."""

from asr_harness.report.comparing import changed_transcripts
from asr_harness.report.page.differences import (
    Differences,
    Transcript,
    VerdictRow,
    differences_section,
    marked,
)
from asr_harness.schema import (
    CaseResult,
    ErrorCounts,
    Errors,
    Fingerprints,
    Quality,
    RunFile,
    Utterances,
)
from tests.report import hand_made
from tests.report.hand_made import CASE


def run(*texts: str, slice_: str = "s", wrong: int | None = None) -> RunFile:
    n, none = len(texts), (0,) * len(texts)
    words = ErrorCounts((2 - (wrong or 0),) * n, (wrong or 0,) * n, none, none)
    result = CaseResult(
        "whisper",
        n,
        5.0 * n,
        hand_made.speed(),
        quality=Quality(texts, errors=None if wrong is None else Errors(words, words)),
        utterances=Utterances(tuple(f"u{i}" for i in range(n)), ("t",) * n),
        fingerprints=Fingerprints(slice_),
    )
    return hand_made.run(result)


def test_only_the_words_that_differ_are_marked() -> None:
    base, candidate = marked("the cat sat down", "the dog sat")
    assert base == "<span>the</span> <del>cat</del> <span>sat</span> <del>down</del>"
    assert candidate == "<span>the</span> <ins>dog</ins> <span>sat</span>"


def test_words_are_escaped() -> None:
    assert marked("a", "<b>")[1] == "<ins>&lt;b&gt;</ins>"


def test_changed_utterances_are_found() -> None:
    (changed,) = changed_transcripts([run("a b", "c")], [run("a x", "c")])
    assert changed == Transcript(CASE.id, "u0", "–", "a b", "a x")


def test_the_wrong_words_of_both_sides_are_counted() -> None:
    (changed,) = changed_transcripts([run("a b", wrong=0)], [run("a x", wrong=1)])
    assert changed.wrong == "0 → 1 of 2"
    assert "0 → 1 of 2" in differences_section(Differences("REGRESSION", "a → b", (), (), (changed,)))


def test_another_slice_is_not_compared() -> None:
    assert not list(changed_transcripts([run("a")], [run("b", slice_="t")]))


def test_a_remark_that_repeats_the_one_above_is_a_ditto_mark() -> None:
    rows = tuple(
        VerdictRow(CASE.id, metric, "inconclusive", "", "", note)
        for metric, note in (("latency", "one run"), ("rtf", "one run"), ("wer", ""), ("cer", ""))
    )
    section = differences_section(Differences("UNDECIDED", "a → b", (), rows, ()))
    assert (section.count("one run"), section.count("″")) == (1, 1)


def test_what_only_informs_is_folded_and_in_brackets_as_in_the_terminal() -> None:
    rows = (
        VerdictRow(CASE.id, "latency", "inconclusive", "+3.0 %", "", "", "5.0 %"),
        VerdictRow(CASE.id, "decode", "regression", "+9.0 %", "", "", is_gated=False),
        VerdictRow(CASE.id, "wer", "unchanged", "", "", ""),
    )
    section = differences_section(Differences("UNDECIDED: open", "a → b", (), rows, ()))
    shown, folded = section.split("2 more: 1 unchanged, 1 that inform and do not fail")
    assert "+3.0 %" in shown
    assert "5.0 %" in shown
    assert "decode" not in shown
    assert ">(regression)<" in folded


def test_a_section_without_changes_says_so() -> None:
    section = differences_section(Differences("NO REGRESSION", "a → b", (), (), ()))
    assert "No transcript changed." in section
    assert "Nothing changed." in section
