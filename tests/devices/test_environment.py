"""A run says what it ran on, whatever the drivers answer, and no answer ends a session."""

from dataclasses import asdict
from typing import Any

import pynvml
import pytest
import torch

from asr_harness import devices
from asr_harness.devices import environment
from asr_harness.schema import Gpu

QUESTIONS = tuple(
    name
    for name in dir(pynvml)
    if name.startswith(("nvmlDeviceGet", "nvmlSystemGet")) and callable(getattr(pynvml, name))
)
ANSWERS: dict[str, Any] = {
    "nvmlInit": lambda: None,
    "nvmlSystemGetDriverVersion": lambda: "580.95.05",
    "nvmlDeviceGetCount": lambda: 1,
    "nvmlDeviceGetHandleByIndex": lambda index: index,
    "nvmlDeviceGetName": lambda _: "NVIDIA GB10",
    "nvmlDeviceGetUUID": lambda _: "GPU-0",
    "nvmlDeviceGetMemoryInfo": lambda _: type("Memory", (), {"total": 9000}),
    "nvmlDeviceGetEnforcedPowerLimit": lambda _: 70_000,
}
ERRORS = (
    pynvml.NVML_ERROR_NOT_SUPPORTED,
    pynvml.NVML_ERROR_NO_PERMISSION,
    pynvml.NVML_ERROR_GPU_IS_LOST,
    pynvml.NVML_ERROR_UNKNOWN,
)
FIELDS = {
    "nvmlSystemGetDriverVersion": "driver",
    "nvmlDeviceGetName": "name",
    "nvmlDeviceGetUUID": "uuid",
    "nvmlDeviceGetMemoryInfo": "memory_bytes",
    "nvmlDeviceGetEnforcedPowerLimit": "power_limit_w",
}


@pytest.fixture(autouse=True)
def driver(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, answer in ANSWERS.items():
        monkeypatch.setattr(pynvml, name, answer)


def refusing(error: int) -> Any:
    def refuse(*_: object) -> None:
        raise pynvml.NVMLError(error)

    return refuse


def test_the_host_and_the_gpu_are_described() -> None:
    found = environment.describe()
    assert found.n_threads == torch.get_num_threads()
    assert found.versions["torch"]
    assert found.gpus == (Gpu("NVIDIA GB10", "GPU-0", "580.95.05", 9000, 70.0),)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("question", FIELDS)
def test_a_question_that_the_driver_does_not_answer_is_none(
    question: str, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pynvml, question, refusing(error))
    (gpu,) = environment.describe().gpus
    assert [name for name, value in asdict(gpu).items() if value is None] == [FIELDS[question]]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("question", ["nvmlInit", "nvmlDeviceGetCount", "nvmlDeviceGetHandleByIndex"])
def test_a_driver_that_shows_no_gpu_leaves_none(
    question: str, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pynvml, question, refusing(error))
    assert environment.describe().gpus == ()


@pytest.mark.parametrize("error", ERRORS)
def test_a_driver_that_answers_nothing_but_that_there_is_a_gpu_gives_an_environment(
    error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for question in set(QUESTIONS) - {"nvmlDeviceGetCount", "nvmlDeviceGetHandleByIndex"}:
        monkeypatch.setattr(pynvml, question, refusing(error))
    found = environment.describe()
    assert found.gpus == (Gpu(),)
    assert found.cpu
    assert [finding.found for finding in devices.get("cuda").findings()]


def test_a_cudnn_that_torch_was_not_built_for_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def incompatible() -> int:
        raise RuntimeError("cuDNN version incompatibility")

    monkeypatch.setattr(torch.backends.cudnn, "version", incompatible)
    found = environment.describe()
    assert found.cudnn is None
    assert found.gpus


def test_a_device_that_fails_to_describe_itself_leaves_its_part_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("driver went away")

    monkeypatch.setattr("asr_harness.devices.cuda.Cuda.describe", fail)
    found = environment.describe()
    assert found.gpus == ()
    assert found.cpu
