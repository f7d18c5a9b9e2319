"""Quantisation by torchao: what it is near to, what it cannot, and what it says then."""

import sys

import pytest
import torch

from asr_harness.devices.cpu import DEVICE
from asr_harness.errors import UnavailableError
from asr_harness.systems.hf.quantising import quantise


@pytest.mark.parametrize("method", sorted(DEVICE.quantisations))
def test_a_quantised_layer_is_near_to_what_it_was(method: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layer, audio = torch.nn.Linear(64, 32), torch.randn(8, 64)
    with torch.inference_mode():
        before = layer(audio)
        quantise(layer, method, "cpu")
        off = layer(audio) - before
    # A step of int8 is 1/127 of an output's largest weight: the sum of 64 such errors stays under 2 % of the
    # sum. A weight of float8 keeps three bits behind the leading one, and is off by 6 % at most.
    limit = 0.06 if method.startswith("float8") else 0.02
    assert 0 < float(off.norm() / before.norm()) < limit


@pytest.mark.parametrize(
    ("method", "device", "message"),
    [
        ("int3", "cpu", "'int3' is none of int8, int8-weights"),
        ("float8", "cpu", "it needs a GPU of compute capability 8.9"),
        ("int4-weights", "cpu", "it needs a CUDA GPU, bfloat16 and the package mslk"),
        ("int8", "mps", "'int8' on mps, which runs none"),
    ],
)
def test_what_cannot_be_quantised_says_why(method: str, device: str, message: str) -> None:
    with pytest.raises(UnavailableError, match=message):
        quantise(torch.nn.Linear(2, 2), method, device)


def test_without_torchao_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchao", None)
    with pytest.raises(UnavailableError, match=r"pip install 'asr-harness\[quantisation\]'"):
        quantise(torch.nn.Linear(2, 2), "int8", "cpu")


def test_what_torchao_refuses_on_this_machine_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(DEVICE), "quantisations", frozenset({"float8", "int4-weights"}))
    for method in ("float8", "int4-weights"):
        with pytest.raises(UnavailableError, match=f"{method}' cannot run on cpu: "):
            quantise(torch.nn.Sequential(torch.nn.Linear(128, 2)), method, "cpu")
