"""Which runs may be pooled: one code, one machine, one grid; and what is said of those that may not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from asr_harness.judge.alike import beside, kinds, newest_kind
from asr_harness.schema import RunFile
from asr_harness.schema.code import CodeRecord, SourceFile
from tests.saved_runs import CASE, Made, measured, write_run

CHEAP = CASE.replace("baseline", "fp16")
BOTH = (measured(CASE), measured(CHEAP))
Saves = Callable[..., RunFile]


@pytest.fixture
def save(tmp_path: Path) -> Saves:
    """Save runs, each a day after the one before."""
    days = iter(range(99))

    def saving(*cases: Made, **described: Any) -> RunFile:
        day = next(days)
        return write_run(tmp_path / f"{day}.json", *(cases or BOTH), day=day, **described)

    return saving


def ran(run: RunFile, fingerprint: str, **sources: str) -> RunFile:
    """Let a run have imported `NAME.py` of each digest."""
    modules = {name: SourceFile(f"{name}.py", digest) for name, digest in sources.items()}
    code = CodeRecord(fingerprint, modules, {"torch": "2.13.0"})
    return replace(run, block=replace(run.block, code=code))


def reasons(*runs: RunFile) -> list[str]:
    return [left_out.reason for left_out in newest_kind(runs)[1]]


def test_runs_of_one_commit_and_machine_are_alike_and_stay_in_order(save: Saves) -> None:
    runs = [save(), save(), save()]
    assert newest_kind(runs) == (runs, [])


def test_another_commit_is_left_out_by_both_names(save: Saves) -> None:
    old, new = save(commit="b" * 40), save()
    assert newest_kind([old, new])[0] == [new]
    assert reasons(old, new) == ["commit: bbbbbbb, not aaaaaaa"]


def test_uncommitted_changes_are_another_commit(save: Saves) -> None:
    assert reasons(save(dirty=True), save()) == ["commit: aaaaaaa+, not aaaaaaa"]


def test_two_commits_that_ran_the_same_sources_are_one_code(save: Saves) -> None:
    runs = [ran(save(commit="b" * 40), "same"), ran(save(), "same")]
    assert newest_kind(runs) == (runs, [])


def test_a_source_that_was_changed_without_a_commit_is_named(save: Saves) -> None:
    old, new = ran(save(dirty=True), "1", tiny="old"), ran(save(dirty=True), "2", tiny="new")
    assert reasons(old, new) == ["tiny.py: another content"]


def test_a_module_that_one_variant_alone_imports_sets_nobody_apart(save: Saves) -> None:
    runs = [ran(save(), "1", tiny="same", pruning="p"), ran(save(), "2", tiny="same")]
    assert newest_kind(runs) == (runs, [])


def test_what_one_run_alone_imports_still_tells_the_others_apart(save: Saves) -> None:
    runs = [ran(save(dirty=True), name, lazy=name) for name in ("first", "second")]
    plain = ran(save(dirty=True), "none")
    kept, left_out = newest_kind([*runs, plain])
    assert kept == [runs[1], plain]
    assert [one.run for one in left_out] == [runs[0]]


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"n_threads": 1}, "n_threads: 1, not 2"),
        ({"cpu": "Another"}, "cpu: Another, not A processor"),
        ({"versions": {"torch": "2.12.0"}}, "torch: 2.12.0, not 2.13.0"),
        ({"python": "3.12.1"}, "python: 3.12.1, not 3.11.7"),
    ],
)
def test_another_machine_or_version_is_left_out(
    save: Saves, environment: dict[str, Any], reason: str
) -> None:
    assert reasons(save(environment=environment), save()) == [reason]


def test_other_cases_of_the_same_model_are_another_grid_and_other_variants_are_not(save: Saves) -> None:
    long = [measured(case_id.replace("5s", "30s")) for case_id in (CASE, CHEAP)]
    wider, other_variant, new = save(*BOTH, *long), save(measured(CASE)), save()
    assert reasons(wider, other_variant, new) == ["cases of whisper-tiny on cpu: 30s-b1, 5s-b1, not 5s-b1"]


def test_another_model_is_no_obstacle(save: Saves) -> None:
    other = [measured(case_id.replace("tiny", "base")) for case_id in (CASE, CHEAP)]
    assert reasons(save(*other), save()) == []


def test_other_weights_under_the_same_name_are_left_out(save: Saves) -> None:
    old = save(measured(CASE, weights="old"), measured(CHEAP))
    assert reasons(old, save()) == [f"weights of {CASE}: another content"]


def test_kinds_come_newest_first_and_each_run_is_in_one(save: Saves) -> None:
    first, other, last = save(), save(commit="b" * 40), save()
    assert [kind.runs for kind in kinds([first, other, last])] == [[last, first], [other]]


def test_only_runs_that_have_the_baseline_beside_a_wanted_variant_are_asked(save: Saves) -> None:
    both, alone = save(), save(measured(CASE))
    assert beside([both, alone], "baseline") == [both]
    assert beside([both, alone], "baseline", ["prune50"]) == []
