"""Loading is judged over runs where a rule names it, and sets no exit status otherwise."""

from pathlib import Path

from asr_harness.judge.rules import parse_rule
from asr_harness.schema import RunFile, Start
from tests.judge.judging import compare, finding
from tests.saved_runs import measured, write_run


def runs(folder: Path, side: str, loads_s: tuple[float, ...]) -> list[RunFile]:
    commit = side[0] * 40
    return [
        write_run(
            folder / f"{side}{index}.json",
            measured(start=Start(load_s=load_s, first_s=1.0)),
            day=index,
            commit=commit,
        )
        for index, load_s in enumerate(loads_s)
    ]


def test_a_slower_load_is_red_where_a_rule_names_it(tmp_path: Path) -> None:
    base = runs(tmp_path, "base", (4.0, 4.1, 3.9, 4.05, 3.95, 4.0))
    slow = runs(tmp_path, "candidate", (5.0, 5.1, 4.9, 5.05, 4.95, 5.0))
    judgement = compare(base, slow, rules=(parse_rule("load>10%"),))
    assert finding(judgement, "load").verdict == "regression"
    assert judgement.exit_status == 1
    assert finding(judgement, "first").verdict != "regression"


def test_it_informs_otherwise(tmp_path: Path) -> None:
    base = runs(tmp_path, "base", (4.0, 4.1, 3.9, 4.05, 3.95, 4.0))
    slow = runs(tmp_path, "candidate", (5.0, 5.1, 4.9, 5.05, 4.95, 5.0))
    judgement = compare(base, slow)
    assert not finding(judgement, "load").gated
    assert judgement.exit_status == 0


def test_a_case_that_did_not_start_cold_has_no_verdict_of_it(tmp_path: Path) -> None:
    warm = [write_run(tmp_path / f"{index}.json", measured(), day=index) for index in range(4)]
    judgement = compare(warm[:2], warm[2:])
    assert not [each for each in judgement.findings if each.metric in ("load", "first", "compile")]
