"""What SECURITY.md promises of checkpoints: measuring one runs no code that lies in it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import asr_harness
from asr_harness.judge.judgement import EXIT_UNUSABLE

ROOT = Path(asr_harness.__file__).parents[1]
PACKAGED = ROOT / "asr_harness" / "checkpoints"
ONE_CASE = (
    "--asr-devices=cpu",
    "--asr-buckets=5s",
    "--asr-batch-sizes=1",
    "--asr-utterances=1",
    "--asr-time=0.1",
    "--asr-energy=off",
)
CODE_OF_THE_CHECKPOINT = """
from pathlib import Path
Path({trace!r}).write_text("ran")
"""


class Payload:
    """Writes a file where it is unpickled without care."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.trace, "ran")


def with_own_code(folder: Path, model: str, automatic: str, trace: Path) -> Path:
    """Copy a checkpoint of the package and have its configuration name classes that lie beside it."""
    copytree(PACKAGED / model, folder)
    (folder / "evil.py").write_text(CODE_OF_THE_CHECKPOINT.format(trace=str(trace)))
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "evil.Config", automatic: "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def with_pickled_weights(folder: Path, more: dict[str, Any]) -> Path:
    """Copy ctc-mini with its weights as a pickle that holds more than tensors."""
    copytree(PACKAGED / "ctc-mini", folder)
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights | more, folder / "pytorch_model.bin")
    return folder


def measure(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Measure checkpoints as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "benchmarks/", "-q", *ONE_CASE, *arguments],
        cwd=ROOT,
        env={**os.environ, "ASR_HARNESS_CACHE": str(folder / "cache")},
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def outcomes(folder: Path, *checkpoints: Path) -> dict[str, dict[str, Any]]:
    """Measure checkpoints, pickles too, and give the outcome of each by its folder's name."""
    saved = folder / "run.json"
    models = ",".join(map(str, checkpoints))
    measure(folder, f"--asr-models={models}", f"--benchmark-json={saved}", "--asr-allow-pickle")
    block = json.loads(saved.read_text())["asr"]
    return {saved_case["case"]["model"]: saved_case for saved_case in block["cases"]}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, Any]], Path]:
    """The outcomes of four checkpoints that carry code or a pickle, and where that code leaves its trace."""
    folder = tmp_path_factory.mktemp("hostile")
    trace = folder / "trace"
    return outcomes(
        folder,
        with_own_code(folder / "own-whisper", "whisper-mini", "AutoModelForSpeechSeq2Seq", trace),
        with_own_code(folder / "own-ctc", "ctc-mini", "AutoModelForCTC", trace),
        with_pickled_weights(folder / "pickled", {}),
        with_pickled_weights(folder / "hostile-pickle", {"payload": Payload(trace)}),
    ), trace


def test_no_code_of_a_checkpoint_runs(measured: tuple[dict[str, dict[str, Any]], Path]) -> None:
    assert not measured[1].exists()


def test_the_trace_shows_where_a_pickle_is_read_without_care(tmp_path: Path) -> None:
    trace, file = tmp_path / "trace", tmp_path / "payload.bin"
    torch.save({"payload": Payload(trace)}, file)
    torch.load(file, weights_only=False)
    assert trace.exists()


@pytest.mark.parametrize("name", ["own-whisper", "own-ctc", "pickled"])
def test_classes_of_its_own_or_a_pickle_of_tensors_leave_a_checkpoint_usable(
    name: str, measured: tuple[dict[str, dict[str, Any]], Path]
) -> None:
    assert measured[0][name]["outcome"] == "measured"


def test_pickles_are_refused_before_anything_runs_unless_they_are_allowed(tmp_path: Path) -> None:
    finished = measure(tmp_path, f"--asr-models={with_pickled_weights(tmp_path / 'pickled', {})}")
    assert finished.returncode == EXIT_UNUSABLE
    assert "pass --asr-allow-pickle if you trust its source" in finished.stderr


def test_a_pickle_that_holds_more_than_tensors_is_refused_with_the_reason(
    measured: tuple[dict[str, dict[str, Any]], Path],
) -> None:
    outcome = measured[0]["hostile-pickle"]
    assert outcome["outcome"] != "measured"
    assert "Weights only load failed" in outcome["reason"]
