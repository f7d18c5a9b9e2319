"""Which cases two sides have in common, what became of them, and what keeps them from being compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness import devices
from asr_harness.compare.cells import Cell
from asr_harness.compare.metrics import OUTCOME
from asr_harness.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.saved import CaseRecord, SavedRun
    from asr_harness.types import Verdict

ACROSS = ("machines", "weights", "decoding")
"""Differences that one may ask to look past."""

ABSENT = "absent"
FINGERPRINTS = {"slice": None, "weights": "weights", "decoding": "decoding"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured case in one run."""

    run: SavedRun
    record: CaseRecord

    @property
    def info(self) -> Mapping[str, Any]:
        """The run's `extra_info` of the case."""
        return self.record.info or {}


@dataclass(frozen=True, slots=True)
class Pair:
    """A case measured on both sides, and the key that keeps its times, or all of it, from comparison.

    `looked_past` are the differences that one asked to look past.
    """

    case_id: str
    base: tuple[Measured, ...]
    candidate: tuple[Measured, ...]
    times_barrier: str | None = None
    all_barrier: str | None = None
    looked_past: tuple[str, ...] = ()

    @property
    def device(self) -> str:
        """The device that the case ran on."""
        return self.base[0].record.case.device

    @property
    def group(self) -> str:
        """The pattern of all cases that differ from this one in bucket and batch size alone."""
        return self.base[0].record.case.group


def pair_up(
    base: Sequence[SavedRun], candidate: Sequence[SavedRun], across: Sequence[str] = ()
) -> tuple[list[Pair], list[Cell], list[str]]:
    """Give the cases measured on both sides, the cells of every case's outcome, and notes.

    Raises RecordError where no case is on both sides.
    """
    names = dict.fromkeys(case_id for run in (*base, *candidate) for case_id in run.records)
    pairs: list[Pair] = []
    outcomes: list[Cell] = []
    new: list[str] = []
    for case_id in names:
        sides = _records(base, case_id), _records(candidate, case_id)
        if not sides[0]:
            new.append(case_id)
            continue
        outcomes.append(_outcome(case_id, *sides))
        measured = [tuple(one for one in side if one.record.outcome == "measured") for side in sides]
        if all(measured):
            pairs.append(_pair(case_id, measured[0], measured[1], across))
    _check_some(names, base, candidate)
    notes = [f"{len(new)} cases only in the candidate, such as {new[0]}"] if new else []
    return pairs, outcomes, notes


def machine(run: SavedRun, device: str) -> Mapping[str, Any]:
    """Give what must be alike for times on a device to be compared."""
    return devices.comparable(device, run.environment)


def notes_on_runs(base: Sequence[SavedRun], candidate: Sequence[SavedRun]) -> list[str]:
    """Tell of runs that stand on both sides, and which versions differ: such are compared, and it is said."""
    shared = {run.identity for run in base} & {run.identity for run in candidate}
    told = [f"runs on both sides: {len(shared)}; compared with itself, a run shows no change"]
    before, after = (_versions(runs) for runs in (base, candidate))
    return (told if shared else []) + [
        " against ".join((f"{name}: {_listed(before, name)}", _listed(after, name)))
        for name in before | after
        if before.get(name) != after.get(name)
    ]


def _listed(versions: Mapping[str, set[str]], name: str) -> str:
    return ", ".join(sorted(versions.get(name, {"–"})))


def _versions(runs: Sequence[SavedRun]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for run in runs:
        environment = run.environment
        named = {**environment.get("versions", {}), "python": environment.get("python")}
        for name, version in named.items():
            found.setdefault(name, set()).add(str(version))
    return found


def _records(runs: Sequence[SavedRun], case_id: str) -> tuple[Measured, ...]:
    return tuple(Measured(run, run.records[case_id]) for run in runs if case_id in run.records)


def _outcome(case_id: str, base: tuple[Measured, ...], candidate: tuple[Measured, ...]) -> Cell:
    """Judge by the best that the base did and the worst that the candidate did."""
    before = _first_outcome(base, prefer_measured=True)
    after = _first_outcome(candidate, prefer_measured=False)
    reason = next((one.record.reason for one in candidate if one.record.outcome == after), None)
    return outcome_cell(case_id, before, after, reason)


def outcome_cell(case_id: str, before: str, after: str, reason: str | None) -> Cell:
    """Judge what became of a case: what the candidate can no longer do fails."""
    note = "" if before == after else f"{before} → {after}" + (f": {reason}" if reason else "")
    verdict: Verdict = "unchanged"
    if before == "measured" and after != "measured":
        verdict = "regression" if after == "oom" else "missing"
    elif after == ABSENT and before != "unavailable":
        verdict = "missing"
    elif before != "measured" and after == "measured":
        verdict = "improvement"
    return Cell(case_id, OUTCOME, verdict, note=note)


def _first_outcome(side: tuple[Measured, ...], *, prefer_measured: bool) -> str:
    found = [one.record.outcome for one in side]
    preferred = [outcome for outcome in found if (outcome == "measured") is prefer_measured]
    return (preferred or found or [ABSENT])[0]


def _pair(
    case_id: str, base: tuple[Measured, ...], candidate: tuple[Measured, ...], across: Sequence[str]
) -> Pair:
    both, device = (*base, *candidate), base[0].record.case.device
    elsewhere = differing("dtype", both, lambda one: one.info.get("dtype"))
    for key in machine(base[0].run, device):
        elsewhere = elsewhere or differing(key, both, lambda one, key=key: machine(one.run, device)[key])
    barrier = None
    if elsewhere and "machines" not in across:
        barrier = f"{elsewhere}; --across machines compares all but times, energy and memory"
    looked_past: list[str] = []
    for key, way_out in FINGERPRINTS.items():
        differs = differing(key, both, fingerprint(key))
        if differs and way_out in across:
            looked_past.append(f"{differs}, compared all the same")
        elif differs:
            barrier = barrier or (
                f"{differs}; --across {way_out} compares them all the same" if way_out else differs
            )
    return Pair(case_id, base, candidate, elsewhere, barrier, tuple(looked_past))


def fingerprint(key: str) -> Callable[[Measured], Any]:
    """Read one of a measured case's fingerprints, None where it has none."""
    return lambda one: (one.info.get("fingerprints") or {}).get(key)


def differing(key: str, both: Sequence[Measured], read: Callable[..., Any]) -> str | None:
    """Say in what two values of a key differ; None where all are alike."""
    values = list(dict.fromkeys(json.dumps(read(one), sort_keys=True) for one in both))
    if len(values) == 1:
        return None
    shown = [value.strip('"')[:40] for value in values[:2]]
    return f"{key} differs: {' and '.join(shown)}"


def _check_some(names: Mapping[str, None], base: Sequence[SavedRun], candidate: Sequence[SavedRun]) -> None:
    common = [
        case_id
        for case_id in names
        if any(case_id in run.records for run in base) and any(case_id in run.records for run in candidate)
    ]
    if not common:
        raise RecordError(
            "the sides have no case in common: "
            f"{_example(base)} on one, {_example(candidate)} on the other; measure both with one selection"
        )


def _example(runs: Sequence[SavedRun]) -> str:
    return next((case_id for run in runs for case_id in run.records), "nothing")
