"""The recipes of docs/how-to/shards.md, as scripts: what they say is what runs."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from asr_harness.schema import load_run

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "shards.md"


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]


def shell(script: str, folder: Path, **variables: str) -> None:
    done = subprocess.run(
        ["sh", "-euc", script],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def repository(suite: pytest.Pytester) -> Path:
    folder = suite.path / "benchmarks"
    folder.mkdir()
    suite.path.joinpath("test_transcribe.py").rename(folder / "test_transcribe.py")
    suite.path.joinpath("conftest.py").write_text(
        suite.path.joinpath("conftest.py").read_text().replace("(1, 2), variants", "(1, 2, 4), variants")
    )
    return suite.path


def check_whole(path: Path) -> None:
    run = load_run(path)
    assert [record.outcome for record in run.records.values()] == ["measured"] * 3
    assert len(run.block.parts) == 3
    assert all(part.environment.n_threads == 1 for part in run.block.parts)


@pytest.mark.heavy
def test_the_matrix_of_a_ci_shards_and_merges(repository: Path) -> None:
    jobs = yaml.safe_load(block("yaml"))["jobs"]
    (measure,) = [step["run"] for step in jobs["measure"]["steps"] if "pytest" in step.get("run", "")]
    (merge,) = [step["run"] for step in jobs["merge"]["steps"] if "merge" in step.get("run", "")]
    for index in jobs["measure"]["strategy"]["matrix"]["shard"]:
        shell(measure.replace("${{ matrix.shard }}", str(index)), repository, OMP_NUM_THREADS="1")
    shell(merge, repository)
    check_whole(repository / "run.json")


@pytest.mark.heavy
def test_the_array_of_slurm_shards_and_merges(repository: Path) -> None:
    job = repository / "shards.slurm"
    job.write_text(block("slurm"))
    first, last = map(int, re.search(r"--array=(\d+)-(\d+)", job.read_text()).groups())
    for index in range(first, last + 1):
        shell(
            "sh shards.slurm", repository, SLURM_ARRAY_TASK_ID=str(index), SLURM_ARRAY_JOB_ID="7",
            SLURM_ARRAY_TASK_COUNT=str(last - first + 1), SLURM_CPUS_PER_TASK="1",
        )  # fmt: skip
    (merge,) = re.findall(r'--wrap "(.*)"', PAGE.read_text("utf-8"))
    shell(f"job=7; {merge}", repository)
    check_whole(repository / "run-7.json")
