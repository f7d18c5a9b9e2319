"""The noise that former runs tell is the same by their summaries, and by the index, as by their files."""

import json
import random
from collections.abc import Sequence
from itertools import chain
from math import log
from pathlib import Path
from typing import Any

import pytest

from asr_harness import stats
from asr_harness.judge import history_columns
from asr_harness.judge.run_means import Former
from asr_harness.judge.sides import Measured, Pair, fingerprint, machine, pair_up
from asr_harness.judge.tested_times import per_model, ratio_metrics
from asr_harness.metrics import Metric, calibration
from asr_harness.runs import index, select_runs, select_summaries
from asr_harness.runs.merging import merge
from asr_harness.runs.summary import summarised
from asr_harness.schema import Energy, EnergyMeasurement, Fingerprints, Gpu, RunFile, load_run
from tests.saved_runs import Made, content, measured, unmeasured

CASES = ("m-cpu-5s-b1-baseline", "m-cpu-15s-b1-baseline", "m-cuda-5s-b1-baseline", "n-cpu-5s-b1-baseline")
PRINTS = (Fingerprints("s", "w", "n", "d"), Fingerprints("s", "w"), Fingerprints("other", "w", "n", "d"))
ENERGIES = tuple(
    Energy(EnergyMeasurement("a counter", label, gross_j=4.0)) for label in ("measured", "estimated")
)


def of_files(pairs: Sequence[Pair], metric: Metric, history: Sequence[RunFile], *, by: bool) -> list[float]:
    """Read the same from whole runs."""
    logs: dict[int, list[float]] = {}
    for one in chain.from_iterable(_former(pair, history) for pair in pairs):
        value = metric.judged(one.result)
        if value is not None:
            logs.setdefault(id(one.run), []).append(
                log(value / (calibration.read(one.result) if by else 1.0))
            )
    return [stats.mean(values) for values in logs.values() if len(values) == len(pairs)]


def _former(pair: Pair, history: Sequence[RunFile]) -> list[Measured]:
    taken = {one.run.identity for one in (*pair.base, *pair.candidate)}
    here, what = machine(pair.base[0].run, pair.case_id, pair.device), _fingerprints(pair.base[0])
    former = []
    for run in history:
        record = run.records.get(pair.case_id)
        if record is None or record.result is None or run.identity in taken or run.is_dirty:
            continue
        measured = Measured(run, record.result)
        if machine(run, pair.case_id, pair.device) == here and _fingerprints(measured) == what:
            former.append(measured)
    return former


def _fingerprints(one: Measured) -> tuple[str | None, ...]:
    return tuple(fingerprint(key)(one) for key in ("slice", "weights", "decoding"))


def case(rng: random.Random, case_id: str) -> Made:
    if rng.random() < 0.1:
        return unmeasured(rng.choice(("oom", "failed", "unavailable")), case_id)
    fields: dict[str, Any] = {"fingerprints": rng.choice((*PRINTS[:1] * 12, *PRINTS))}
    fields |= {"energy": rng.choice(ENERGIES)} if rng.random() < 0.5 else {}
    rounds_s = tuple(rng.gauss(1, 0.05) for _ in range(3))
    calibration_s = tuple(rng.gauss(0.02, 0.001) for _ in range(3))
    peak = rng.choice((1e9, 1.1e9, 0))
    return measured(
        case_id, rounds_s=rounds_s, calibration_s=calibration_s, peak_resident_bytes=peak, **fields
    )


def save(rng: random.Random, path: Path, cases: Sequence[str], commit: str, **described: Any) -> RunFile:
    """Save a run, of which some name their session."""
    cpu = rng.choice(("A processor",) * 8 + ("Another",))
    day = rng.randrange(20)
    made = content(
        *(case(rng, each) for each in cases),
        commit=commit * 40,
        day=day,
        environment={"cpu": cpu, "gpus": (Gpu(rng.choice("GGGH")),)},
        **described,
    )
    if rng.random() < 0.7:
        made["asr"]["session_id"] = path.name
    path.write_text(json.dumps(made))
    return load_run(path)


def storage_of(folder: Path, rng: random.Random) -> None:
    """Save runs, some of uncommitted changes, some merged of two machines, some copies of others."""
    for number in range(24):
        commit = "abcdef"[number % 6]
        cases = rng.sample(CASES, rng.choice((2, 3, 4, 4)))
        name = f"{number:04d}"
        kind = rng.choice(("plain", "plain", "plain", "dirty", "merged", "copied"))
        if kind == "merged":
            halves = [
                save(rng, folder / f"{name}_{place}.half", part, commit)
                for place, part in enumerate((cases[:1], cases[1:]))
            ]
            path = folder / f"{name}.json"
            path.write_text(json.dumps(merge(halves, path).content))
            continue
        run = save(rng, folder / f"{name}.json", cases, commit, dirty=kind == "dirty")
        if kind == "copied":
            (folder / f"{name}_copy.json").write_bytes(run.path.read_bytes())


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.heavy) for seed in range(2, 30))]
)
def test_former_runs_tell_the_same_as_their_files(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "WORTH_BYTES", 0)
    monkeypatch.setattr(index, "SETTLED_S", 0.0)
    rng = random.Random(seed)
    storage_of(tmp_path, rng)
    runs = select_runs(str(tmp_path))
    columns = history_columns()
    summaries = [
        summarised(runs, columns),
        *(select_summaries(str(tmp_path), columns=columns) for _ in range(2)),
    ]
    n_told = 0
    for base, candidate in ((runs[0], runs[-1]), (runs[-2], runs[3]), (runs[5], runs[6])):
        pairs, _, _ = pair_up([base], [candidate], ("machines", "weights", "decoding"))
        groups = [*((pair,) for pair in pairs), *per_model(pairs)]
        former = [Former(history) for history in summaries]
        for group in groups:
            for metric in ratio_metrics():
                for by in (False, True):
                    expected = of_files(group, metric, runs, by=by)
                    assert [one.means(group, metric, calibrated=by) for one in former] == [expected] * 3
                    n_told += len(expected)
    assert n_told > 100


def test_a_merged_run_is_one(tmp_path: Path) -> None:
    rng = random.Random(1)
    for number in range(3):
        halves = [
            save_slow(tmp_path / f"{number}_{place}.half", each, rng) for place, each in enumerate(CASES[:2])
        ]
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(merge(halves, path).content))
    first, *others = select_runs(str(tmp_path))
    pairs, _, _ = pair_up([first], [first])
    (row,) = per_model(pairs)
    (latency,) = [metric for metric in ratio_metrics() if metric.key == "latency"]
    assert len(summarised(others)) == 4
    told = Former(summarised(others, history_columns())).means(row, latency, calibrated=True)
    assert told == of_files(row, latency, others, by=True)
    assert len(told) == 2


def save_slow(path: Path, case_id: str, rng: random.Random) -> RunFile:
    made = content(measured(case_id, rounds_s=(rng.gauss(1, 0.1),) * 3))
    made["asr"]["session_id"] = path.name
    path.write_text(json.dumps(made))
    return load_run(path)


def test_a_metric_that_may_not_be_judged_tells_nothing(tmp_path: Path) -> None:
    runs = [
        save_energy(tmp_path / f"{number}.json", energy)
        for number, energy in enumerate((ENERGIES[0], ENERGIES[0], *ENERGIES))
    ]
    (pair,), _, _ = pair_up(runs[:1], runs[1:2])
    former = Former(summarised(runs[2:], history_columns()))
    energy = next(metric for metric in ratio_metrics() if metric.key == "energy")
    assert len(former.means([pair], energy, calibrated=False)) == 1


def save_energy(path: Path, energy: Energy) -> RunFile:
    made = content(measured(energy=energy), day=int(path.stem))
    path.write_text(json.dumps(made))
    return load_run(path)
