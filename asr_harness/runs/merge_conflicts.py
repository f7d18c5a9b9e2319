"""What keeps saved runs from being one: each conflict in a sentence, with the files that it is between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.counting import counted, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from asr_harness.schema import RunFile

RAN = ("measured", "oom", "crashed", "failed")
"""Outcomes of a case that was tried."""
PLAN = ("data", "weights", "n_utterances", "time_s", "energy", "language", "normaliser")
NAMED = ("sources", "buckets_s", "variants")
MAX_CASES = 3


def conflicts(runs: Sequence[RunFile]) -> list[str]:
    """List all that contradicts itself in what is to be one run."""
    facts: dict[str, Callable[[RunFile], object]] = {
        "commit": lambda run: run.commit,
        "uncommitted changes": lambda run: run.is_dirty,
        **{f"plan.{key}": lambda run, key=key: getattr(run.block.plan, key) for key in PLAN},  # type: ignore[misc]
    }
    whole = [text for name, read in facts.items() for text in _differing(name, runs, read)]
    named = [text for key in NAMED for text in _clashing(key, runs, lambda run, key=key: _plan(run, key))]  # type: ignore[misc]
    return [*whole, *named, *_clashing("source", runs, _modules), *_shards(runs), *_twice(runs)]


def _plan(run: RunFile, key: str) -> Mapping[str, Any]:
    values: Mapping[str, Any] = getattr(run.block.plan, key)
    return values


def _modules(run: RunFile) -> Mapping[str, Any]:
    """Give the digest of every file of the repository that any part imported."""
    codes = [part.block.code for part in run.by_machine()]
    return {module.path: module.sha256 for code in codes if code for module in code.modules.values()}


def _differing(name: str, runs: Sequence[RunFile], read: Callable[[RunFile], object]) -> Iterator[str]:
    for run in runs[1:]:
        if read(run) != read(runs[0]):
            yield f"{name} is {read(runs[0])} in {runs[0].path} and {read(run)} in {run.path}"
            return


def _clashing(
    what: str, runs: Sequence[RunFile], read: Callable[[RunFile], Mapping[str, Any]]
) -> Iterator[str]:
    """Find a name that stands for two things; what only some have is no conflict."""
    first: dict[str, RunFile] = {}
    values: dict[str, object] = {}
    for run in runs:
        for name, value in read(run).items():
            if values.setdefault(name, value) != value:
                yield f"{what} {name} is not the same in {first[name].path} and {run.path}"
                return
            first.setdefault(name, run)


def _shards(runs: Sequence[RunFile]) -> Iterator[str]:
    sharded = [run for run in runs if run.block.shard is not None]
    yield from _differing(
        "the number of shards", sharded, lambda run: run.block.shard and run.block.shard.n_shards
    )
    for run in sharded[1:]:
        ours, theirs = (
            {case.id for case in one.block.shard.selected} for one in (sharded[0], run) if one.block.shard
        )
        if ours != theirs:
            odd = sorted(ours ^ theirs)
            yield (
                f"{sharded[0].path} and {run.path} are shards of two selections: {counted(len(odd), 'case')} "
                f"in one alone, such as {odd[0]}; give every shard the same command"
            )
            return


def _twice(runs: Sequence[RunFile]) -> Iterator[str]:
    owners: dict[str, list[RunFile]] = {}
    for run in runs:
        for case_id, record in run.records.items():
            if record.outcome in RAN:
                owners.setdefault(case_id, []).append(run)
    by_pair: dict[tuple[str, ...], list[str]] = {}
    for case_id, of_case in owners.items():
        if len(of_case) > 1:
            by_pair.setdefault(tuple(str(run.path) for run in of_case), []).append(case_id)
    for paths, case_ids in by_pair.items():
        n = counted(len(case_ids), "case")
        yield (
            f"{n} ran in each of {', '.join(paths)}: {listed(case_ids, MAX_CASES)}; leave one file out: "
            "repetitions are runs of their own, and compare takes them together"
        )
