"""What the passes of wav2vec 2.0 and its kin cost: counted on the meta device, and in closed form."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForCTC, PreTrainedConfig

from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.base import Pass
from asr_harness.systems.hf.counting import count_flops, hooked
from asr_harness.systems.hf.work import FamilyWork, PassFlops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asr_harness.schema.stages import StageName

EXAMPLE_S = 15


class CtcFlops(PassFlops):
    """Counts one row of each pass on the meta device; rows are all alike."""

    def __init__(self, config: PreTrainedConfig) -> None:
        super().__init__(AutoModelForCTC.from_config, config)
        self._per_row = cache(self._count)

    def of(self, network_pass: Pass) -> float:
        """FLOPs of a pass."""
        return float(network_pass.n_rows * self._per_row(replace(network_pass, n_rows=1)))

    def _count(self, one: Pass) -> int:
        with torch.device("meta"):
            if one.kind == "head":
                states = torch.empty(1, one.n_new, self.model.lm_head.in_features)
                return count_flops(lambda: self.model.lm_head(states))
            waveform = torch.empty(1, one.n_new)
            return count_flops(lambda: self.model.base_model(waveform))


class CtcWork(FamilyWork):
    """The passes of a convolutional and Transformer encoder, and of the CTC head."""

    def flops(self, config: PreTrainedConfig) -> CtcFlops:
        """Give what counts the FLOPs of passes."""
        return CtcFlops(config)

    def examples(self, config: PreTrainedConfig) -> Mapping[str, Pass]:
        """Name the passes that show what a model costs; the first is an encoder's."""
        frames = EXAMPLE_S * SAMPLE_RATE_HZ
        for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
            frames = (frames - kernel) // stride + 1
        return {
            f"encoder, {EXAMPLE_S} s": Pass("encode", 1, EXAMPLE_S * SAMPLE_RATE_HZ),
            f"CTC head, {EXAMPLE_S} s": Pass("head", 1, frames),
        }

    def example_input(self, model: Any) -> torch.Tensor:
        """Make a waveform of `EXAMPLE_S` seconds, on the model's device."""
        # The first parameter, which `model.device` asks, is made on the CPU whatever the default device.
        return torch.zeros(1, EXAMPLE_S * SAMPLE_RATE_HZ, device=model.lm_head.weight.device)

    def closed_form(self, config: PreTrainedConfig, network_pass: Pass) -> int:
        """FLOPs of a pass from the architecture alone; for a row's frames F, width d, inner width m.

        Convolutions 2·F·c_out·c_in·k each, the projection 2Fcd, the positional convolution
        2(F+1)·d·(d/groups)·k, then per layer 8Fd² + 4F²d + 4Fdm; the head 2FdV.
        """
        width = config.hidden_size
        if network_pass.kind == "head":
            return int(2 * network_pass.n_rows * network_pass.n_new * width * config.vocab_size)
        flops, frames, channels = 0, network_pass.n_new, 1
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
        return int(network_pass.n_rows * flops)

    def parts(self, model: Any) -> Mapping[StageName, Any]:
        """Give the encoder and the CTC head."""
        return {"encode": model.base_model, "decode": model.lm_head}

    def moved_bytes(self, model: Any, network_pass: Pass, read_bytes: int) -> float:
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
    def passes_recorded(self, model: Any) -> Iterator[list[Pass]]:
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
