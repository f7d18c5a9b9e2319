"""Shards become one file: each case once, with its machine, and what contradicts itself is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from asr_harness import table
from asr_harness.cli import main
from asr_harness.errors import RecordError
from asr_harness.runs.merging import merge
from asr_harness.schema import CodeRecord, RunFile, SavedPlan, SavedShard, SourceFile, load_run
from asr_harness.schema.latest import latest_of_each
from asr_harness.schema.part import dump
from tests.judge.judging import compare, finding
from tests.saved_runs import Made, case_of, content, measured, unmeasured

A, B, C = (f"whisper-tiny-cpu-5s-b{n}-baseline" for n in (1, 2, 4))
SELECTED = tuple(case_of(name) for name in (A, B, C))
Write = Callable[..., RunFile]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a session's file; keyword arguments beside those of `content` are fields of the block."""

    def written(
        name: str, *cases: Made, shard: SavedShard | None = None, cpu: str = "A processor", **block: Any
    ) -> RunFile:
        described = {key: block.pop(key) for key in ("commit", "dirty", "day", "regressions") if key in block}
        made = content(*cases, environment={"cpu": cpu}, **described)
        made["asr"] |= {"session_id": name, "shard": None if shard is None else dump(shard)}
        made["asr"] |= {key: dump(value) for key, value in block.items()}
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(made))
        return load_run(path)

    return written


def shard(index: int, n_shards: int = 2) -> SavedShard:
    return SavedShard(index, n_shards, SELECTED)


def merged(tmp_path: Path, *runs: RunFile, is_partial: bool = False, name: str = "merged") -> RunFile:
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(merge(runs, path, is_partial=is_partial).content))
    return load_run(path)


def test_each_case_keeps_the_machine_that_it_ran_on(write: Write, tmp_path: Path) -> None:
    run = merged(
        tmp_path,
        write("one", measured(C), measured(A), shard=shard(1)),
        write("two", measured(B), shard=shard(2), cpu="Another"),
    )
    assert list(run.records) == [A, B, C]
    cpus = [run.block.environment_of(case_id).cpu for case_id in run.records]
    assert cpus == ["A processor", "Another", "A processor"]
    machines = dict(zip(*(table([run])[column] for column in ("case", "machine")), strict=True))
    assert machines[B].startswith("Another")
    assert machines[A].startswith("A processor")


def test_an_absent_shard_is_named_with_what_is_lost(write: Write, tmp_path: Path) -> None:
    one = write("one", measured(A), measured(C), shard=shard(1))
    with pytest.raises(RecordError, match=f"shard 2/2 is not there: 1 selected cases .* such as {B}"):
        merge([one], tmp_path / "merged.json")
    run = merged(tmp_path, one, is_partial=True)
    assert run.records[B].outcome == "interrupted"
    whole = merged(tmp_path, run, write("two", measured(B), shard=shard(2)), name="whole")
    assert [record.outcome for record in whole.records.values()] == ["measured"] * 3
    assert whole.sessions == {"one", "two"}


def test_a_case_that_two_sessions_ran_is_no_case_of_one_run(write: Write, tmp_path: Path) -> None:
    first = write("one", measured(A))
    with pytest.raises(RecordError, match=rf"1 case ran in each of .*one.json, .*two.json: {A}"):
        merge([first, write("two", measured(A))], tmp_path / "merged.json")
    with pytest.raises(RecordError, match="ran in each"):
        merge([first, write("three", unmeasured("oom", A))], tmp_path / "merged.json")


def test_what_a_machine_could_not_run_is_taken_from_one_that_could(write: Write, tmp_path: Path) -> None:
    run = merged(tmp_path, write("one", unmeasured("unavailable", A), measured(B)), write("two", measured(A)))
    assert run.records[A].outcome == "measured"
    assert [part.cases for part in run.block.parts] == [(B,), (A,)]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"commit": "b" * 40}, "commit is aaaa.* in .*one.json and bbbb"),
        ({"dirty": True}, "uncommitted changes is False"),
        ({"plan": SavedPlan(time_s=2.0)}, "plan.time_s is None in"),
        ({"shard": shard(2, 3)}, "the number of shards is 2"),
        ({"shard": SavedShard(2, 2, SELECTED[:2])}, "shards of two selections: 1 case"),
        ({"code": CodeRecord("g", {"asr": SourceFile("asr.py", "2")})}, "source asr.py is not the same"),
    ],
)
def test_two_sessions_that_are_no_one_run_are_refused(
    write: Write, tmp_path: Path, other: dict[str, Any], message: str
) -> None:
    code = CodeRecord("f", {"asr": SourceFile("asr.py", "1")})
    one = write("one", measured(A), measured(C), shard=shard(1), code=code)
    two = write("two", measured(B), **{"shard": shard(2), "code": code, **other})
    with pytest.raises(RecordError, match=message):
        merge([one, two], tmp_path / "merged.json")


def test_a_merged_run_stands_for_its_shards_and_for_its_copies(write: Write, tmp_path: Path) -> None:
    one, two = write("one", measured(A)), write("two", measured(B))
    run, again = merged(tmp_path, one, two), merged(tmp_path, two, one, name="again")
    assert run.identity == again.identity
    assert latest_of_each([one, run, two]) == (run,)


def test_cases_are_compared_on_like_machines_alone(write: Write, tmp_path: Path) -> None:
    def side(name: str, cpu: str) -> RunFile:
        parts = write(f"{name}1", measured(A)), write(f"{name}2", measured(B), cpu=cpu)
        return merged(tmp_path, *parts, name=name)

    judgement = compare([side("base", "Old")], [side("candidate", "New")])
    assert finding(judgement, "latency", A).verdict != "incomparable"
    assert finding(judgement, "all metrics", B).verdict == "incomparable"
    assert "Old and New" in (finding(judgement, "all metrics", B).note or "")


def test_a_regression_that_one_shard_judged_is_the_merged_runs(write: Write, tmp_path: Path) -> None:
    one = write("one", measured(A), regressions=(f"{A} latency",))
    assert merged(tmp_path, one, write("two", measured(B))).regressions == (f"{A} latency",)


def test_the_command_writes_what_is_new_and_says_what_is_in_it(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(write("one", measured(A)).path), str(write("two", measured(B), cpu="Another").path)]
    output = tmp_path / "out" / "merged.json"
    assert main(["merge", *paths, "-o", str(output)]) == 2
    assert "its folder does not exist" in capsys.readouterr().err
    output.parent.mkdir()
    assert main(["merge", *paths, "-o", str(output)]) == 0
    assert "2 cases of 2 sessions: 2 measured" in capsys.readouterr().out
    assert len(json.loads(output.read_text())["benchmarks"]) == 2
    assert main(["merge", *paths, "-o", str(output)]) == 2
    assert "exists; remove it" in capsys.readouterr().err


def test_a_part_that_claims_anothers_case_is_damage(write: Write, tmp_path: Path) -> None:
    run = merged(tmp_path, write("one", measured(A)), write("two", measured(B)))
    first, second = run.block.parts
    with pytest.raises(RecordError, match=f"two cases are called {A}"):
        replace(run.block, parts=(first, replace(second, cases=(A,))))
    with pytest.raises(RecordError, match="do not have its cases"):
        replace(run.block, parts=(first,))
