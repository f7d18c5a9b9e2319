"""Devices as a session sees them: markers, indices, and a driver that answers nothing."""

from collections.abc import Callable
from typing import Any

import pynvml
import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]


def test_every_device_has_a_marker(run: Run) -> None:
    run("--markers").stdout.fnmatch_lines_random(
        [f"@pytest.mark.{name}: *" for name in ("cpu", "cuda", "mps")]
    )


def test_a_device_by_index_is_of_its_kind(run: Run) -> None:
    result = run("--asr-list", "-m", "cuda", "--asr-devices", "cpu,cuda:1")
    result.stdout.fnmatch_lines(["steady-cuda:1-5s-b1-baseline*unavailable", "0 of 2 cases to run*"])


def test_a_kind_that_is_required_may_be_there_by_index(run: Run, saved: Saved) -> None:
    result = run("--benchmark-autosave", "--asr-devices", "cuda:1", "--asr-require-device", "cuda")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [outcome["outcome"] for outcome in saved()["asr"]["cases"]] == ["unavailable"] * 2


@pytest.mark.parametrize("name", ["cuda:", "cuda:x"])
def test_what_is_no_index_is_a_usage_error(run: Run, name: str) -> None:
    result = run("--asr-devices", name)
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*has no number after its colon*"])


def test_a_kind_that_the_grid_does_not_have_is_unknown_by_index_too(run: Run) -> None:
    result = run("--asr-devices", "mps:0")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*unknown device 'mps'; known are: cpu, cuda*"])


def test_a_driver_that_answers_no_question_about_its_gpu_costs_no_run(
    run: Run, saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)

    for name in dir(pynvml):
        if name.startswith(("nvmlDeviceGet", "nvmlSystemGet")) and callable(getattr(pynvml, name)):
            monkeypatch.setattr(pynvml, name, refuse)
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: 1)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    result = run("--benchmark-autosave", "--asr-devices", "cpu")
    result.assert_outcomes(passed=2)
    block = saved()["asr"]
    assert block["environment"]["gpus"][0]["memory_bytes"] is None
    assert [outcome["outcome"] for outcome in block["cases"]] == ["measured"] * 2
