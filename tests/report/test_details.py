"""Errors by kind and other units stand in words beside a verdict."""

from asr_harness.judge import Finding
from asr_harness.report import details, words

KINDS = {
    "substitutions_base": 32, "deletions_base": 1, "insertions_base": 0,
    "substitutions_candidate": 44, "deletions_candidate": 2, "insertions_candidate": 3,
}  # fmt: skip


def test_substitutions_deletions_and_insertions_are_told_apart_before_and_after() -> None:
    found = Finding("a", "wer", "regression", note="over 8 talks", details=KINDS)
    assert details.errors_by_kind(found) == "S 32 → 44, D 1 → 2, I 0 → 3"
    assert words.remark(found) == "over 8 talks; S 32 → 44, D 1 → 2, I 0 → 3"


def test_a_latency_says_the_rtf_too() -> None:
    found = Finding("a", "latency", "unchanged", details={"rtf_base": 0.05, "rtf_candidate": 0.055})
    assert words.in_other_units(found) == "RTF 0.05 → 0.055"


def test_what_one_side_lacks_is_not_written() -> None:
    assert words.in_other_units(Finding("a", "latency", "missing", details={"rtf_base": 0.05})) == ""
