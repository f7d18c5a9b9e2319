"""Which cases two sides have in common, what became of them, and what keeps them from being compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness import devices, stats
from asr_harness.counting import counted, listed
from asr_harness.errors import RecordError
from asr_harness.judge.judge_outcomes import judge_outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.judge.judgement import Finding
    from asr_harness.judge.policy import Across
    from asr_harness.schema import CaseRecord, CaseResult, RunFile

WAYS_OUT: Mapping[str, Across | None] = {"slice": None, "weights": "weights", "decoding": "decoding"}
"""Fingerprints that have to be alike, each with what looks past it."""

OF_DISPLAY = frozenset({"rich"})
"""What a session itself loads to draw its live line, and only where it has a terminal."""
MAX_NAMED = 8


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured case in one run."""

    run: RunFile
    result: CaseResult


@dataclass(frozen=True, slots=True)
class Pair:
    """A case measured on both sides, and what keeps its times, or all of it, from comparison.

    `overlooked` are the differences that the policy looks past; two systems count their work each in its way.
    """

    case_id: str
    device: str
    group: str
    base: tuple[Measured, ...]
    candidate: tuple[Measured, ...]
    times_barrier: str | None = None
    all_barrier: str | None = None
    overlooked: tuple[str, ...] = ()
    is_of_two_systems: bool = False


def pair_up(
    base: Sequence[RunFile],
    candidate: Sequence[RunFile],
    across: Sequence[Across] = (),
    alpha: float = stats.ALPHA,
    limit_of: Callable[[str], float | None] = lambda _: None,
) -> tuple[list[Pair], list[Finding], list[str]]:
    """Give the cases measured on both sides, a finding for every case's outcome, and notes.

    `limit_of` gives what a rule lets a case's outcomes fall by.

    Raises RecordError where no case is on both sides.
    """
    names = dict.fromkeys(case_id for run in (*base, *candidate) for case_id in run.records)
    pairs: list[Pair] = []
    outcomes: list[Finding] = []
    new: list[str] = []
    for case_id in names:
        sides = _records(base, case_id), _records(candidate, case_id)
        if not sides[0]:
            new.append(case_id)
            continue
        if not sides[1] and _is_odd(sides[0], len(base)):
            continue
        outcomes.append(judge_outcome(case_id, *sides, alpha, limit_of(case_id)))
        measured = _measured(base, case_id), _measured(candidate, case_id)
        if all(measured):
            pairs.append(_pair(sides[0][0], *measured, across))
    _check_some(names, base, candidate)
    notes = [f"{counted(len(new), 'case')} only in the candidate, such as {new[0]}"] if new else []
    return pairs, outcomes, [*notes, *_not_selected(outcomes)]


def machine(run: RunFile, case_id: str, device: str) -> Mapping[str, object]:
    """Give what must be alike for times of a case on a device to be compared."""
    return devices.comparable(device, run.block.environment_of(case_id))


def notes_on_runs(base: Sequence[RunFile], candidate: Sequence[RunFile]) -> list[str]:
    """Tell of runs that stand on both sides, and which versions differ: such are compared, and it is said."""
    shared = {run.identity for run in base} & {run.identity for run in candidate}
    notes = [f"runs on both sides: {len(shared)}; compared with itself, a run shows no change"]
    before, after = (_versions(runs) for runs in (base, candidate))
    tracked = {name for run in (*base, *candidate) for one in run.environments for name in one.versions} | {
        "python"
    }
    return (
        (notes if shared else [])
        + _one_code(base, candidate)
        + _loaded_by_one(base, candidate)
        + [
            " against ".join((f"{name}: {_listed(before, name)}", _listed(after, name)))
            for name in before | after
            if before.get(name) != after.get(name) and (name in tracked or (name in before and name in after))
        ]
    )


def _one_code(base: Sequence[RunFile], candidate: Sequence[RunFile]) -> list[str]:
    """Tell of two commits that differ in nothing that was imported: what changed then is not their code."""
    parts = [part for run in (*base, *candidate) for part in run.by_machine()]
    codes = {part.block.code.fingerprint if part.block.code else None for part in parts}
    labels = [{run.label for run in runs} for runs in (base, candidate)]
    if len(codes) != 1 or None in codes or labels[0] == labels[1]:
        return []
    named = " and ".join(", ".join(sorted(label)) for label in labels)
    return [f"one code: {named} imported the same sources; they differ in nothing that was run"]


def _loaded_by_one(base: Sequence[RunFile], candidate: Sequence[RunFile]) -> list[str]:
    """Tell of distributions that only one side loaded; older runs do not say what they loaded."""
    loaded = [
        [run.block.code.distributions if run.block.code else None for run in runs]
        for runs in (base, candidate)
    ]
    if any(one is None for side in loaded for one in side):
        return []
    before, after = (
        {name for one in side for name in one or () if name not in OF_DISPLAY} for side in loaded
    )
    lines = []
    for side, names in (("base", before - after), ("candidate", after - before)):
        if names:
            lines.append(f"loaded by the {side} alone: {listed(sorted(names), MAX_NAMED)}")
    return lines


def fingerprint(key: str) -> Callable[[Measured], str | None]:
    """Read one of a measured case's fingerprints, None where it has none."""
    return lambda measured: getattr(measured.result.fingerprints, key)


def differing(key: str, measured: Sequence[Measured], read: Callable[[Measured], object]) -> str | None:
    """Say in what two values of a key differ; None where all are alike."""
    values = list(dict.fromkeys(json.dumps(read(one), sort_keys=True) for one in measured))
    if len(values) == 1:
        return None
    shown = [value.strip('"')[:40] for value in values[:2]]
    return f"{key} differs: {' and '.join(shown)}"


def _listed(versions: Mapping[str, set[str]], name: str) -> str:
    return ", ".join(sorted(versions.get(name, {"–"})))


def _versions(runs: Sequence[RunFile]) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for run in (part for whole in runs for part in whole.by_machine()):
        loaded = run.block.code.distributions if run.block.code else {}
        for name, version in {**loaded, **run.environment.versions, "python": run.environment.python}.items():
            versions.setdefault(name, set()).add(str(version))
    return versions


def _records(runs: Sequence[RunFile], case_id: str) -> tuple[CaseRecord, ...]:
    return tuple(run.records[case_id] for run in runs if case_id in run.records)


def _measured(runs: Sequence[RunFile], case_id: str) -> tuple[Measured, ...]:
    results = ((run, run.records[case_id].result) for run in runs if case_id in run.records)
    return tuple(Measured(run, result) for run, result in results if result is not None)


def _is_odd(records: Sequence[CaseRecord], n_runs: int) -> bool:
    """Whether less than half of a side's runs selected a case: it is then not asked of the other side."""
    return 2 * len(records) < n_runs


def _not_selected(outcomes: Sequence[Finding]) -> list[str]:
    absent = [one.case_id for one in outcomes if one.verdict == "missing" and not one.gated]
    return (
        [f"not selected by the candidate: {counted(len(absent), 'case')}, such as {absent[0]}"]
        if absent
        else []
    )


def _pair(
    record: CaseRecord, base: tuple[Measured, ...], candidate: tuple[Measured, ...], across: Sequence[Across]
) -> Pair:
    both, case_id, device = (*base, *candidate), record.case.id, record.case.device
    of_two = "system" in across
    dtypes = differing("dtype", both, lambda measured: measured.result.work.dtype)
    elsewhere = None if of_two else dtypes
    for key in machine(base[0].run, case_id, device):
        elsewhere = elsewhere or differing(
            key,
            both,
            lambda one, key=key: machine(one.run, case_id, device)[key],  # type: ignore[misc]
        )
    barrier = None
    if elsewhere and "machines" not in across:
        barrier = f"{elsewhere}; --across machines compares all but times, energy and memory"
    overlooked = [f"{dtypes}, compared all the same"] if of_two and dtypes else []
    for key, way_out in WAYS_OUT.items():
        differs = differing(key, both, fingerprint(key))
        if differs and (way_out in across or (of_two and key == "decoding")):
            overlooked.append(f"{differs}, compared all the same")
        elif differs:
            barrier = barrier or (
                f"{differs}; --across {way_out} compares them all the same" if way_out else differs
            )
    return Pair(
        record.case.id, device, record.case.group, base, candidate, elsewhere, barrier, tuple(overlooked),
        of_two,
    )  # fmt: skip


def _check_some(names: Mapping[str, None], base: Sequence[RunFile], candidate: Sequence[RunFile]) -> None:
    common = [
        case_id
        for case_id in names
        if any(case_id in run.records for run in base) and any(case_id in run.records for run in candidate)
    ]
    if not common:
        raise RecordError(
            "the sides have no case in common: "
            f"{_example(base)} on one, {_example(candidate)} on the other; measure both with one selection, "
            "or hold two systems against each other with --across system"
        )


def _example(runs: Sequence[RunFile]) -> str:
    return next((case_id for run in runs for case_id in run.records), "nothing")
