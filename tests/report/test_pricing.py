"""Prices for the page: of the newest runs that have both a baseline and a variant."""

from pathlib import Path

import pytest

from asr_harness.report.pricing import prices
from asr_harness.schema import RunFile
from tests.saved_runs import CASE, measured, write_run

CHEAP = CASE.replace("baseline", "fp16")


def runs_of(folder: Path, commit: str, scale: float) -> list[RunFile]:
    made = []
    for day in range(3):
        hour = 1 + 0.1 * day
        base = measured(CASE, rounds_s=(hour,) * 3)
        other = measured(CHEAP, rounds_s=(hour * scale * (1 + 0.001 * day),) * 3)
        made.append(write_run(folder / f"{commit[0]}{day}.json", base, other, day=day, commit=commit))
    return made


def test_each_variant_has_its_change_in_the_newest_commit_by_the_paired_test(tmp_path: Path) -> None:
    old, new = runs_of(tmp_path, "a" * 40, 0.9), runs_of(tmp_path, "b" * 40, 0.5)
    (price,) = prices([*old, *new])
    latency = price.changes["latency"]
    assert (price.variant, price.n_runs) == ("fp16", 3)
    assert latency.effect == pytest.approx(-0.5, abs=0.01)
    # The hours differ by a fifth; what a run has of both does not.
    assert latency.low == pytest.approx(-0.5, abs=0.03)
    assert latency.is_shown


def test_runs_of_a_baseline_alone_have_none(tmp_path: Path) -> None:
    assert prices([write_run(tmp_path / "0.json", measured(CASE))]) == ()
