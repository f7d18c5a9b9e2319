"""What a session sets out to do, as its file and its journal say it."""

from __future__ import annotations

import json
import os
from hashlib import file_digest, sha256
from math import isfinite
from typing import TYPE_CHECKING, Any

from asr_harness import git
from asr_harness.paths import expanded
from asr_harness.plugin import options
from asr_harness.privacy import public_location, public_path
from asr_harness.schema import SavedPlan
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.part import savable_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from asr_harness.grid import Plan
    from asr_harness.plugin.workbench import Workbench
    from asr_harness.schema import Case
    from asr_harness.schema.part import Scalar

NO_CHANGES = "none"


def saved_plan(plan: Plan, *, identify: bool = False) -> SavedPlan:
    """Give the choices of a session; without the folders that they lie in, unless it is to `identify`."""
    data, source = (str, str) if identify else (public_location, _public_source)
    return SavedPlan(
        data=savable_text(data(plan.data)),
        weights=plan.weights,
        sources={savable_text(model): savable_text(source(place)) for model, place in plan.sources.items()},
        buckets_s={bucket: (low, high) for bucket, (low, high) in plan.buckets_s.items()},
        variants={
            name: {key: _scalar(value) for key, value in variant.settings().items()}
            for name, variant in plan.variants.items()
        },
        n_utterances=plan.n_utterances,
        time_s=plan.time_s,
        energy=plan.energy,
        language=plan.language,
        normaliser=plan.normaliser,
    )


def conditions_of(config: pytest.Config, workbench: Workbench, selected: Mapping[str, Case]) -> Conditions:
    """Collect all that must be alike for a later session to go on with this one."""
    from asr_harness.devices import environment

    commit = config.hook.pytest_benchmark_generate_commit_info(config=config)
    buckets = dict.fromkeys(case.bucket for case in selected.values())
    return Conditions(
        tests=tuple(selected),
        profile=workbench.plan.profile,
        plan=saved_plan(workbench.plan, identify=options.flag(config, "identify")),
        locations=_locations(workbench.plan),
        slices={bucket: workbench.slice(bucket).fingerprint for bucket in buckets},
        n_threads=environment.describe().n_threads,
        commit=commit.get("id"),
        is_dirty=bool(commit.get("dirty")),
        uncommitted_changes=uncommitted_changes(config.rootpath),
    )


def uncommitted_changes(folder: Path) -> str | None:
    """Digest what a working tree has beyond its commit: changed files, and new Python files.

    None where git cannot tell.
    """
    changes = git.answer(folder, "diff", "HEAD", "--binary")
    listed = git.answer(folder, *git.UNTRACKED_SOURCES)
    if changes is None or listed is None:
        return None
    new = [folder / os.fsdecode(name) for name in listed.split(b"\0") if name]
    if not changes and not new:
        return NO_CHANGES
    contents = (_digest(path) for path in new if path.is_file())
    return sha256(b"".join([changes, listed, *contents])).hexdigest()[:16]


def _digest(path: Path) -> bytes:
    """Digest a file, however large; one that may not be read is known by its name alone."""
    try:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").digest()
    except OSError:
        return b""


def _public_source(source: str) -> str:
    return public_path(source) if expanded(source).is_dir() else source


def _locations(plan: Plan) -> str:
    """Digest where corpus and models lie, which the plan does not tell."""
    places = json.dumps([plan.data, sorted(plan.sources.items())])
    return sha256(places.encode()).hexdigest()[:16]


def _scalar(value: Any) -> Scalar:
    """Give a setting as it can be saved: what JSON has not, and lists and mappings, as text."""
    if isinstance(value, str):
        return savable_text(value)
    if value is None or isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    return savable_text(json.dumps(value, sort_keys=True, default=str))
