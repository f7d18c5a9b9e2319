"""What the passes of an encoder with a CTC head cost: counted on the meta device, and in closed form."""

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


def convolved(config: PreTrainedConfig, n_inputs: int) -> tuple[int, int, int]:
    """Give the FLOPs of the convolutions over a row of samples, and the frames and channels that they give.

    They are 2·F·c_out·c_in·k each for F frames out.
    """
    flops, frames, channels = 0, n_inputs, 1
    for n_channels, kernel, stride in zip(
        config.conv_dim, config.conv_kernel, config.conv_stride, strict=True
    ):
        frames = (frames - kernel) // stride + 1
        flops += 2 * frames * n_channels * channels * kernel
        channels = n_channels
    return flops, frames, channels


class CtcFlops(PassFlops):
    """Counts one and two rows of each pass on the meta device; a further row costs what the second does."""

    def __init__(self, config: PreTrainedConfig, work: CtcWork) -> None:
        super().__init__(AutoModelForCTC.from_config, config)
        self._work = work
        self._of_rows = cache(self._count)

    def of(self, network_pass: Pass) -> float:
        """FLOPs of a pass."""
        one, two = (self._of_rows(replace(network_pass, n_rows=n_rows)) for n_rows in (1, 2))
        return float(one + (network_pass.n_rows - 1) * (two - one))

    def _count(self, few: Pass) -> int:
        config = self.model.config
        if few.kind == "head":
            states = torch.empty(few.n_rows, few.n_new, self._work.width(config), device="meta")
            return count_flops(lambda: self._work.head(self.model)(states))
        inputs = self._work.inputs(config, few.n_rows, few.n_new, "meta")
        return count_flops(lambda: self._work.encoder(self.model)(inputs))


class CtcWork(FamilyWork):
    """The passes of an encoder of waveforms, and of the CTC head; other encoders override the first few."""

    inputs_per_s = SAMPLE_RATE_HZ
    """How many samples or frames the encoder takes in for each second."""

    def encoder(self, model: Any) -> Any:
        """Give the module that encodes."""
        return model.base_model

    def head(self, model: Any) -> Any:
        """Give the module that classifies frames."""
        return model.lm_head

    def inputs(
        self,
        config: PreTrainedConfig,  # noqa: ARG002
        n_rows: int,
        n_inputs: int,
        device: torch.device | str,
    ) -> torch.Tensor:
        """Make an input of the encoder."""
        return torch.zeros(n_rows, n_inputs, device=device)

    def n_frames(self, model: Any, n_inputs: torch.Tensor) -> torch.Tensor:
        """Count the frames that the encoder makes of so many inputs."""
        lengths: torch.Tensor = model._get_feat_extract_output_lengths(n_inputs)  # noqa: SLF001
        return lengths

    def width(self, config: PreTrainedConfig) -> int:
        """Give the width of the encoder's states."""
        return int(config.hidden_size)

    def encoder_flops(self, config: PreTrainedConfig, n_inputs: int) -> int | None:
        """FLOPs of one row of the encoder from the architecture alone, None where no formula is known.

        Convolutions 2·F·c_out·c_in·k each for F frames out, the projection 2Fcd for width d, the positional
        convolution 2(F+1)·d·(d/groups)·k, then per layer 8Fd² + 4F²d + 4Fdm for inner width m.
        """
        flops, frames, channels = convolved(config, n_inputs)
        width = config.hidden_size
        kernel, groups = config.num_conv_pos_embeddings, config.num_conv_pos_embedding_groups
        positions = 2 * (frames + 1 - kernel % 2) * width * (width // groups) * kernel
        layer = 8 * frames * width**2 + 4 * frames**2 * width + 4 * frames * width * config.intermediate_size
        return int(flops + 2 * frames * channels * width + positions + config.num_hidden_layers * layer)

    def first_floats(self, config: PreTrainedConfig, n_inputs: int) -> int:
        """Count the values that the first convolution of one row gives, the most of any tensor."""
        return int(config.conv_dim[0] * n_inputs // config.conv_stride[0])

    def flops(self, config: PreTrainedConfig) -> CtcFlops:
        """Give what counts the FLOPs of passes."""
        return CtcFlops(config, self)

    def examples(self, config: PreTrainedConfig) -> Mapping[str, Pass]:
        """Name the passes that show what a model costs; the first is an encoder's."""
        n_inputs = EXAMPLE_S * self.inputs_per_s
        with torch.device("meta"):
            model = AutoModelForCTC.from_config(config)
        n_frames = int(self.n_frames(model, torch.tensor([n_inputs]))[0])
        return {
            f"encoder, {EXAMPLE_S} s": Pass("encode", 1, n_inputs),
            f"CTC head, {EXAMPLE_S} s": Pass("head", 1, n_frames),
        }

    def example_input(self, model: Any) -> torch.Tensor:
        """Make an input of `EXAMPLE_S` seconds, on the model's device."""
        # The first parameter, which `model.device` asks, is made on the CPU whatever the default device.
        device = self.head(model).weight.device
        return self.inputs(model.config, 1, EXAMPLE_S * self.inputs_per_s, device)

    def closed_form(self, config: PreTrainedConfig, network_pass: Pass) -> int | None:
        """FLOPs of a pass from the architecture alone: `encoder_flops`, and 2FdV for the head."""
        if network_pass.kind == "head":
            return int(2 * network_pass.n_rows * network_pass.n_new * self.width(config) * config.vocab_size)
        row = self.encoder_flops(config, network_pass.n_new)
        return None if row is None else network_pass.n_rows * row

    def parts(self, model: Any) -> Mapping[StageName, Any]:
        """Give the encoder and the CTC head."""
        return {"encode": self.encoder(model), "decode": self.head(model)}

    def moved_bytes(self, model: Any, network_pass: Pass, read_bytes: int) -> float:
        """The fewest bytes of a pass: `read_bytes` of weights once, and what goes in and comes out.

        For the encoder the first convolution's output is counted too: no cache holds it.
        """
        config, itemsize, n_new = model.config, model.dtype.itemsize, network_pass.n_new
        if network_pass.kind == "head":
            values = network_pass.n_rows * n_new * (self.width(config) + config.vocab_size)
            return float(read_bytes + values * itemsize)
        values = self.inputs(config, 1, n_new, "meta").numel() + 2 * self.first_floats(config, n_new)
        return float(read_bytes + network_pass.n_rows * values * itemsize)

    @contextmanager
    def passes_recorded(self, model: Any) -> Iterator[list[Pass]]:
        """Collect the passes made inside, by hooks on the encoder and on the CTC head."""
        passes: list[Pass] = []

        def encoded(_: object, arguments: tuple[torch.Tensor, ...], __: object) -> None:
            passes.append(Pass("encode", *arguments[0].shape[:2]))

        def classified(_: object, arguments: tuple[torch.Tensor, ...], __: object) -> None:
            passes.append(Pass("head", *arguments[0].shape[:2]))

        with hooked(
            self.encoder(model).register_forward_hook(encoded),
            self.head(model).register_forward_hook(classified),
        ):
            yield passes
