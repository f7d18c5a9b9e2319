"""What passes cost of CTC families on mel features; the encoder is Fast Conformer unless overridden."""

from __future__ import annotations

from typing import Any

import torch

from asr_harness.systems.hf import conformer
from asr_harness.systems.hf.ctc_work import CtcWork


class MelCtcWork(CtcWork):
    """The passes of an encoder of mel features, configured apart, and of a convolution as CTC head."""

    inputs_per_s = 100

    def encoder(self, model: Any) -> Any:
        """Give the module that encodes."""
        return model.encoder

    def head(self, model: Any) -> Any:
        """Give the module that classifies frames."""
        return model.ctc_head

    def inputs(self, config: Any, n_rows: int, n_inputs: int, device: torch.device | str) -> torch.Tensor:
        """Make mel features."""
        return torch.zeros(n_rows, n_inputs, config.encoder_config.num_mel_bins, device=device)

    def n_frames(self, model: Any, n_inputs: torch.Tensor) -> torch.Tensor:
        """Count the frames that the encoder makes of so many mel frames."""
        lengths: torch.Tensor = model._get_subsampling_output_length(n_inputs)  # noqa: SLF001
        return lengths

    def width(self, config: Any) -> int:
        """Give the width of the encoder's states."""
        return int(config.encoder_config.hidden_size)

    def encoder_flops(self, config: Any, n_inputs: int) -> int | None:
        """FLOPs of one row of the encoder; see `conformer.encoder_flops`."""
        return conformer.encoder_flops(config.encoder_config, n_inputs)

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values that the first convolution of one row gives."""
        return conformer.first_floats(config.encoder_config, n_inputs)
