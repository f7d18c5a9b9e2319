"""What the passes of wav2vec 2.0 and its kin cost: counted on the meta device, and in closed form."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForCTC, PreTrainedConfig

from asr_harness.models import counting
from asr_harness.models.counting import count_flops, hooked
from asr_harness.types import SAMPLE_RATE_HZ, Pass, StageName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXAMPLE_S = 15


class CtcFlops:
    """Counts one row of each pass on the meta device; rows are all alike."""

    def __init__(self, config: PreTrainedConfig) -> None:
        with torch.device("meta"):
            # Whatever dtype the model runs in, and its configuration therefore names, the count is the same.
            model = AutoModelForCTC.from_config(config, attn_implementation="eager", dtype=torch.float32)
        self._model = model.eval()
        self._per_row = cache(self._count)

    def of(self, network_pass: Pass) -> float:
        """FLOPs of a pass."""
        return float(network_pass.n_rows * self._per_row(replace(network_pass, n_rows=1)))

    def _count(self, one: Pass) -> int:
        with torch.device("meta"):
            if one.kind == "head":
                states = torch.empty(1, one.n_new, self._model.lm_head.in_features)
                return count_flops(lambda: self._model.lm_head(states))
            waveform = torch.empty(1, one.n_new)
            return count_flops(lambda: self._model.base_model(waveform))


def counted(config: PreTrainedConfig, network_pass: Pass) -> float:
    """FLOPs of a pass, counted on the meta device."""
    return CtcFlops(config).of(network_pass)


def examples(config: PreTrainedConfig) -> Mapping[str, Pass]:
    """Name the passes that show what a model costs; the first is an encoder's."""
    frames = EXAMPLE_S * SAMPLE_RATE_HZ
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        frames = (frames - kernel) // stride + 1
    return {
        f"encoder, {EXAMPLE_S} s": Pass("encode", 1, EXAMPLE_S * SAMPLE_RATE_HZ),
        f"CTC head, {EXAMPLE_S} s": Pass("head", 1, frames),
    }


def encoder_and_input(model: Any) -> tuple[Any, torch.Tensor]:
    """Give the encoder with an input of `EXAMPLE_S` seconds, on the model's device."""
    # The model's first parameter, which `model.device` asks, is made on the CPU whatever the default device.
    device = model.lm_head.weight.device
    return model.base_model, torch.zeros(1, EXAMPLE_S * SAMPLE_RATE_HZ, device=device)


def closed_form(config: PreTrainedConfig, one: Pass) -> int:
    """FLOPs of one row's pass from the architecture alone; frames F, width d, inner width m.

    Convolutions 2·F·c_out·c_in·k each, the projection 2Fcd, the positional convolution 2(F+1)·d·(d/groups)·k,
    then per layer 8Fd² + 4F²d + 4Fdm; the head 2FdV.
    """
    width = config.hidden_size
    if one.kind == "head":
        return int(2 * one.n_new * width * config.vocab_size)
    flops, frames, channels = 0, one.n_new, 1
    for n_channels, kernel, stride in zip(
        config.conv_dim, config.conv_kernel, config.conv_stride, strict=True
    ):
        frames = (frames - kernel) // stride + 1
        flops += 2 * frames * n_channels * channels * kernel
        channels = n_channels
    kernel, groups = config.num_conv_pos_embeddings, config.num_conv_pos_embedding_groups
    positions = 2 * (frames + 1 - kernel % 2) * width * (width // groups) * kernel
    layer = 8 * frames * width**2 + 4 * frames**2 * width + 4 * frames * width * config.intermediate_size
    flops += 2 * frames * channels * width + positions + config.num_hidden_layers * layer
    return int(flops)


def weight_bytes(model: Any) -> Mapping[StageName, int]:
    """Bytes of the weights that a pass of each stage reads."""
    parts: Mapping[StageName, Any] = {"encode": model.base_model, "decode": model.lm_head}
    return {stage: counting.weights(part)[1] for stage, part in parts.items()}


def moved_bytes(model: Any, network_pass: Pass, read_bytes: int) -> float:
    """The fewest bytes of a pass: `read_bytes` of weights once, and what goes in and comes out.

    For the encoder the first convolution's output is counted too: no cache holds it.
    """
    config, itemsize = model.config, model.dtype.itemsize
    if network_pass.kind == "head":
        values = network_pass.n_rows * network_pass.n_new * (config.hidden_size + config.vocab_size)
        return float(read_bytes + values * itemsize)
    first = 2 * config.conv_dim[0] * network_pass.n_new // config.conv_stride[0]
    values = network_pass.n_rows * (network_pass.n_new + first)
    return float(read_bytes + values * itemsize)


@contextmanager
def passes_recorded(model: Any) -> Iterator[list[Pass]]:
    """Collect the passes made inside, by hooks on the encoder and on the CTC head."""
    passes: list[Pass] = []

    def encoded(_: object, arguments: tuple[torch.Tensor, ...], __: object) -> None:
        passes.append(Pass("encode", *arguments[0].shape))

    def classified(_: object, arguments: tuple[torch.Tensor, ...], __: object) -> None:
        passes.append(Pass("head", *arguments[0].shape[:2]))

    with hooked(
        model.base_model.register_forward_hook(encoded),
        model.lm_head.register_forward_hook(classified),
    ):
        yield passes
