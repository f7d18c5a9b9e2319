"""The process's settings are put back between cases, whatever a case does to them."""

import gc
import logging
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from asr_harness.measure.process_state import ProcessState, around_a_test

logging.getLogger("asr_harness.test")


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    state = ProcessState.record()
    yield
    state.restore()


CHANGES: dict[str, Callable[[], object]] = {
    "environment": lambda: os.environ.update(ASR_TEST="1"),
    "working folder": lambda: os.chdir("/"),
    "garbage collection": gc.disable,
    "random": random.random,
    "numpy.random": np.random.rand,
    "module path": lambda: sys.path.insert(0, "/nowhere"),
    "recursion limit": lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 1),
    "switch interval": lambda: sys.setswitchinterval(0.1),
    "log levels": lambda: logging.getLogger("asr_harness.test").setLevel(logging.CRITICAL),
    "torch anomaly detection": lambda: torch.autograd.set_detect_anomaly(True, check_nan=False),
    "torch autocast": lambda: torch.set_autocast_enabled("cpu", True),
    "numpy.seterr": lambda: np.seterr(all="raise"),
    "torch threads": lambda: torch.set_num_threads(torch.get_num_threads() + 1),
    "torch default dtype": lambda: torch.set_default_dtype(torch.float64),
    "torch default device": lambda: torch.set_default_device("meta"),
    "torch grad mode": lambda: torch.set_grad_enabled(False),
    "torch matmul precision": lambda: torch.set_float32_matmul_precision("medium"),
    "torch deterministic": lambda: torch.use_deterministic_algorithms(True),
    "torch.random": lambda: torch.rand(1),
    "torch.backends.cuda.flash_sdp": lambda: torch.backends.cuda.enable_flash_sdp(False),
    "torch.backends.cudnn.benchmark": lambda: setattr(torch.backends.cudnn, "benchmark", True),
    "torch.backends.mkldnn.enabled": lambda: setattr(torch.backends.mkldnn, "enabled", False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_that_was_changed_is_named_and_put_back(name: str) -> None:
    state = ProcessState.record()
    CHANGES[name]()
    assert name in state.restore()
    assert state.restore() == ()


def test_the_affinity_is_put_back() -> None:
    cores = os.sched_getaffinity(0)
    if len(cores) == 1:
        pytest.skip("one core alone")
    state = ProcessState.record()
    os.sched_setaffinity(0, {min(cores)})
    assert state.restore() == ("affinity",)
    assert os.sched_getaffinity(0) == cores


def test_variables_that_a_case_removed_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASR_TEST", "kept")
    state = ProcessState.record()
    del os.environ["ASR_TEST"]
    state.restore()
    assert os.environ["ASR_TEST"] == "kept"


def test_what_pytest_itself_sets_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    state = ProcessState.record()
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "elsewhere")
    assert state.restore() == ()
    assert Path.cwd()


def test_a_working_folder_that_a_case_removed_is_left_for_what_was(tmp_path: Path) -> None:
    state = ProcessState.record()
    folder = tmp_path / "gone"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    assert state.restore() == ("working folder",)
    assert state.restore() == ()


def test_filters_and_signal_handlers_are_put_back_after_a_test() -> None:
    filters, handler = list(warnings.filters), signal.getsignal(signal.SIGUSR1)
    with around_a_test():
        warnings.simplefilter("ignore")
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    assert (list(warnings.filters), signal.getsignal(signal.SIGUSR1)) == (filters, handler)


def test_random_states_move_by_themselves() -> None:
    state = ProcessState.record()
    random.random()
    torch.rand(1)
    assert state.changes() == ()
    os.environ["ASR_TEST"] = "1"  # as libraries do while they load
    assert state.changes() == ()
    gc.disable()
    assert state.changes() == ("garbage collection",)
