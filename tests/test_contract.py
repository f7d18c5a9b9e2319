"""The contract between what measures and what reads: one real case, measured, saved, loaded and compared."""

import json
import re
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import asr_harness
from asr_harness.cli import main
from asr_harness.corpora import BUCKETS_S, load_slice
from asr_harness.grid import Plan
from asr_harness.metrics import all_metrics, by_key
from asr_harness.plugin.extra_info import extra_info
from asr_harness.plugin.workbench import Workbench
from asr_harness.schema import Case, CaseResult, RunFile, load_run
from asr_harness.schema.part import dump, load
from asr_harness.systems import Variant

ROOT = Path(__file__).parents[1]
CASE = Case("ctc-mini", "cpu", "5s", 2, "baseline")
ARGUMENTS = (
    "--asr-models=ctc-mini",
    "--asr-devices=cpu",
    "--asr-buckets=5s",
    "--asr-batch-sizes=2",
    "--asr-utterances=2",
    "--asr-time=0.05",
    "--asr-energy=off",
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the project's own benchmark over two utterances, in a process of its own."""
    storage = tmp_path_factory.mktemp("contract")
    command = [sys.executable, "-m", "pytest", "benchmarks", "-q", "-p", "no:cacheprovider", *ARGUMENTS]
    command += ["--benchmark-save=contract", f"--benchmark-storage=file://{storage}"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    (path,) = storage.glob("*/0001_contract.json")
    return path


@pytest.fixture(scope="module")
def run(saved: Path) -> RunFile:
    return load_run(saved)


@pytest.fixture(scope="module")
def result(run: RunFile) -> CaseResult:
    record = run.records[CASE.id]
    assert record.result is not None
    return record.result


@pytest.fixture(scope="module")
def info(saved: Path) -> dict[str, Any]:
    (benchmark,) = json.loads(saved.read_text())["benchmarks"]
    extra_info: dict[str, Any] = benchmark["extra_info"]
    return extra_info


def test_the_case_stands_once_with_its_outcome(run: RunFile) -> None:
    (saved_case,) = run.block.cases
    assert (saved_case.case, saved_case.outcome) == (CASE, "measured")
    assert saved_case.test_id.endswith(f"[{CASE.id}]")


def test_every_value_of_the_file_is_one_of_the_result(result: CaseResult, info: dict[str, Any]) -> None:
    columns = {metric.column for metric in all_metrics()}
    parts = {name: value for name, value in info.items() if name not in columns}
    assert parts == json.loads(json.dumps(dump(result)))


def test_the_flat_copy_is_what_the_metrics_read(result: CaseResult, info: dict[str, Any]) -> None:
    for metric in all_metrics():
        assert info[metric.column] == metric.read(result), metric.key


def test_the_roofline_and_the_useful_flops_are_there(result: CaseResult) -> None:
    work = result.work
    assert work.roofline is not None
    assert work.useful_flops is not None
    assert work.flops is not None
    assert set(work.roofline) == set(work.useful_flops) == {"encode", "decode"}
    for stage in ("encode", "decode"):
        roof = work.roofline[stage]
        assert min(roof.intensity, roof.share, roof.floor_s or 0.0) > 0
        assert roof.share == pytest.approx((roof.floor_s or 0.0) / median(result.speed.stage_s[stage]))
        assert 0 < (work.useful_flops[stage] or 0.0) <= work.flops[stage]


def test_words_were_heard_and_scored_against_the_slice(result: CaseResult) -> None:
    slice_ = load_slice("embedded", "5s", limits_s=BUCKETS_S["5s"], n_utterances=2)
    assert result.utterances.ids == tuple(utterance.id for utterance in slice_.utterances)
    assert result.fingerprints.slice == slice_.fingerprint
    assert result.quality.errors is not None
    assert sum(result.quality.errors.words.n_reference) > 0


def test_the_table_has_what_the_metrics_read(run: RunFile, result: CaseResult) -> None:
    (row,) = asr_harness.table((run,)).to_dict("records")
    assert (row["model"], row["bucket"], row["batch_size"]) == (CASE.model, CASE.bucket, CASE.batch_size)
    for metric in all_metrics():
        value = metric.read(result)
        if value is not None and metric.column in row:
            assert row[metric.column] == pytest.approx(value), metric.key
    assert len(asr_harness.table((run,), per="utterance")) == result.n_utterances
    assert len(asr_harness.table((run,), per="round")) == len(result.speed.rounds_s)


def test_the_judge_finds_no_change_of_a_run_against_itself(run: RunFile) -> None:
    judgement = asr_harness.compare((run,), (run,))
    assert judgement.exit_status == 0
    assert {finding.case_id for finding in judgement.findings} == {CASE.id}


def test_the_page_shows_what_the_metrics_read(saved: Path, result: CaseResult, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["report", str(saved), "--output", str(page)]) == 0
    numbers = [float(number) for number in re.findall(r"\d+\.\d+(?:e-?\d+)?", page.read_text("utf-8"))]
    for key in ("latency", "rtf", "decode"):
        value = by_key(key).read(result)
        assert any(number == pytest.approx(value, rel=1e-3) for number in numbers), key


def test_what_was_measured_is_what_is_loaded() -> None:
    plan = Plan(
        "embedded",
        (CASE,),
        {"ctc-mini": "asr-harness/ctc-mini"},
        {"5s": BUCKETS_S["5s"]},
        {"baseline": Variant()},
        "embedded",
        "pretrained",
        2,
        0.05,
        "off",
    )
    measured = Workbench(plan).run(CASE, lambda *_: None)
    for _ in range(measured.warm_up()):
        measured.calibrate()
        measured.run_round()
    result = measured.result()
    assert load(CaseResult, json.loads(json.dumps(extra_info(result))), CASE.id) == result
