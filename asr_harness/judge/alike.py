"""Like with like among saved runs: which may be pooled, and what sets the others apart.

Runs are of one kind where they ran one code on one machine, and selected the same cases of the systems that
they have in common: nothing that they name stands for two things. What only some of them have, such as a
variant, or a module that it alone imports, sets nobody apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from asr_harness import devices
from asr_harness.schema import Fingerprints

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from asr_harness.schema import RunFile

    Commit = tuple[str | None, bool]

MAX_SHOWN = 60
FINGERPRINTS = tuple(part.name for part in fields(Fingerprints))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A run that is not pooled with the newest, and what sets it apart."""

    run: RunFile
    reason: str


@dataclass(slots=True)
class Kind:
    """Runs that are alike, newest first, and what is known of them.

    `named` has values that people know, `digests` those of files and of what was heard, by what they are of.
    """

    runs: list[RunFile] = field(default_factory=list)
    _commits: set[Commit] = field(default_factory=set)
    _codes: set[str] = field(default_factory=set)
    _named: dict[str, object] = field(default_factory=dict)
    _digests: dict[str, object] = field(default_factory=dict)

    def barrier(self, run: RunFile) -> str | None:
        """Say what sets a run apart; None where it is of this kind, as any is where there is none yet.

        Two commits whose runs imported the same sources are one code.
        """
        if self.runs and _commit(run) not in self._commits and _code(run) not in self._codes:
            return f"commit: {run.label}, not {self.runs[0].label}"
        for name, value in _digests(run).items():
            if self._digests.get(name, value) != value:
                return f"{name}: another content"
        for name, value in _named(run).items():
            if (own := self._named.get(name, value)) != value:
                return f"{name}: {_shown(value)}, not {_shown(own)}"
        return None

    def add(self, run: RunFile) -> None:
        """Take a run that nothing sets apart."""
        self.runs.append(run)
        self._commits.add(_commit(run))
        self._codes |= {code} if (code := _code(run)) else set()
        self._named |= _named(run)
        self._digests |= _digests(run)


def kinds(runs: Sequence[RunFile]) -> list[Kind]:
    """Sort runs, oldest first, into kinds: the newest run's comes first."""
    sorted_out: list[Kind] = []
    for run in reversed(runs):
        kind = next((kind for kind in sorted_out if kind.barrier(run) is None), None)
        if kind is None:
            sorted_out.append(kind := Kind())
        kind.add(run)
    return sorted_out


def newest_kind(runs: Sequence[RunFile]) -> tuple[list[RunFile], list[LeftOut]]:
    """Give the newest runs that may be pooled, and those that may not be with them; all are oldest first."""
    newest, left_out = Kind(), []
    for run in reversed(runs):
        reason = newest.barrier(run)
        if reason is None:
            newest.add(run)
        else:
            left_out.append(LeftOut(run, reason))
    return newest.runs[::-1], left_out[::-1]


def beside(runs: Iterable[RunFile], baseline: str, variants: Collection[str] = ()) -> list[RunFile]:
    """Give the runs that have the baseline and one of the variants, any other if none is named.

    Of a merged run each machine's part is one by itself.
    """
    parts = [part for run in runs for part in run.by_machine()]
    return [part for part in parts if _has_both(variant_names([part]), baseline, variants)]


def _has_both(names: set[str], baseline: str, variants: Collection[str]) -> bool:
    others = names - {baseline}
    return baseline in names and bool(others & {*variants} if variants else others)


def variant_names(runs: Iterable[RunFile]) -> set[str]:
    """Give the variants that runs have any case of."""
    return {record.case.variant for run in runs for record in run.records.values()}


def _commit(run: RunFile) -> Commit:
    return run.commit, run.is_dirty


def _code(run: RunFile) -> str | None:
    return None if run.block.code is None else run.block.code.fingerprint


def _digests(run: RunFile) -> dict[str, object]:
    code = run.block.code
    sources = {source.path: source.sha256 for source in code.modules.values()} if code else {}
    heard = {
        f"{name} of {case_id}": getattr(record.result.fingerprints, name)
        for case_id, record in run.records.items()
        if record.result is not None
        for name in FINGERPRINTS
    }
    return {**sources, **heard}


def machine(run: RunFile) -> dict[str, object]:
    """Give what has to be alike of processor, devices and versions for times to be compared."""
    environment = run.environment
    names = dict.fromkeys(record.case.device for record in run.records.values())
    parts = [devices.comparable(name, environment) for name in names]
    of_devices = {key: value for part in parts for key, value in part.items()}
    return {"python": environment.python, **environment.versions, **of_devices}


def _named(run: RunFile) -> dict[str, object]:
    places: dict[tuple[str, str], set[str]] = {}
    for case in (record.case for record in run.records.values()):
        places.setdefault((case.model, case.device), set()).add(f"{case.bucket}-b{case.batch_size}")
    return {
        **(run.block.code.distributions if run.block.code else {}),
        **machine(run),
        **{f"cases of {model} on {device}": ", ".join(sorted(of)) for (model, device), of in places.items()},
    }


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
