"""What a transducer's passes cost: the encoder, the projection of its states, and the search's steps.

A step whose tokens are all blank reuses the prediction network's last state, and computes the joint network
alone; such a step has `n_new` 0.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import torch

from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.base import Pass
from asr_harness.systems.hf import conformer, counting
from asr_harness.systems.hf.counting import count_flops, hooked
from asr_harness.systems.hf.work import FamilyWork, PassFlops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from transformers import PreTrainedConfig

    from asr_harness.schema.stages import StageName

EXAMPLE_S = 15
FRAMES_PER_S = 100
HOP = SAMPLE_RATE_HZ // FRAMES_PER_S


class TransducerFlops(PassFlops):
    """Counts one row of each pass on the meta device; rows are all alike."""

    def __init__(self, config: PreTrainedConfig, work: TransducerWork) -> None:
        super().__init__(work.auto.from_config, config)
        self._work = work
        self._per_row = cache(self._count)

    def of(self, network_pass: Pass) -> float:
        """FLOPs of a pass."""
        single = replace(network_pass, n_rows=1, cache_bytes=0)
        return float(network_pass.n_rows * self._per_row(single))

    def _count(self, single: Pass) -> int:
        model, config = self.model, self.model.config
        with torch.device("meta"):
            if single.kind == "encode":
                features = torch.empty(1, single.n_new, config.encoder_config.num_mel_bins)
                return count_flops(lambda: model.encoder(features))
            if single.kind == "head":
                states = torch.empty(1, single.n_new, config.encoder_config.hidden_size)
                return count_flops(lambda: self._work.project(model, states))
            frame = torch.empty(1, 1, 1, config.decoder_hidden_size)
            joint = count_flops(lambda: model.joint(frame, frame))
            tokens = torch.zeros(1, 1, dtype=torch.long)
            return joint + (count_flops(lambda: model.decoder(tokens)) if single.n_new else 0)


class TransducerWork(FamilyWork):
    """The passes of an encoder, its projection, and the steps of a greedy search."""

    def __init__(self, auto: Any) -> None:
        self.auto = auto

    def flops(self, config: PreTrainedConfig) -> TransducerFlops:
        """Give what counts the FLOPs of passes."""
        return TransducerFlops(config, self)

    def examples(self, config: PreTrainedConfig) -> Mapping[str, Pass]:
        """Name the passes that show what a model costs; the first is an encoder's."""
        n_inputs = EXAMPLE_S * FRAMES_PER_S
        return {
            f"encoder, {EXAMPLE_S} s": Pass("encode", 1, n_inputs),
            f"projection, {EXAMPLE_S} s": Pass(
                "head", 1, conformer.n_frames(config.encoder_config, n_inputs)
            ),
            "step after a token": Pass("step", 1, 1),
            "step after a blank": Pass("step", 1, 0),
        }

    def example_input(self, model: Any) -> torch.Tensor:
        """Make features of `EXAMPLE_S` seconds, on the model's device."""
        n_mels = model.config.encoder_config.num_mel_bins
        return torch.zeros(1, EXAMPLE_S * FRAMES_PER_S, n_mels, device=model.encoder_projector.weight.device)

    def encoder_options(self, config: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Give what else the encoder is told."""
        return {}

    def projections(self, model: Any) -> tuple[Any, ...]:
        """Give the modules between the encoder and the joint network; the last is the projection."""
        return (model.encoder_projector,)

    def project(self, model: Any, states: torch.Tensor) -> object:
        """Run them on the encoder's states [batch, frames, width]."""
        return model.encoder_projector(states)

    def projection_flops(self, config: Any, n_frames: int) -> int:
        """FLOPs of one row in them."""
        return int(2 * n_frames * config.encoder_config.hidden_size * config.decoder_hidden_size)

    def encoder_flops(self, config: Any, n_mel_frames: int) -> int | None:
        """FLOPs of one row of the encoder; `config` is the encoder's."""
        return conformer.encoder_flops(config, n_mel_frames)

    def closed_form(self, config: PreTrainedConfig, network_pass: Pass) -> int | None:
        """FLOPs of a pass from the architecture alone.

        For width d of the encoder and h of the prediction network: 2Fdh to project F frames. A step: 2hV in
        the joint network for V outputs, durations included; after a token 16h² in each LSTM layer and 2h².
        """
        inner, encoder = config.decoder_hidden_size, config.encoder_config
        if network_pass.kind == "encode":
            row = self.encoder_flops(encoder, network_pass.n_new)
            return None if row is None else network_pass.n_rows * row
        if network_pass.kind == "head":
            return network_pass.n_rows * self.projection_flops(config, network_pass.n_new)
        n_outputs = config.vocab_size + len(getattr(config, "durations", ()))
        predict = (16 * config.num_decoder_layers + 2) * inner**2
        return int(network_pass.n_rows * (2 * inner * n_outputs + network_pass.n_new * predict))

    def parts(self, model: Any) -> Mapping[StageName, Any]:
        """Give the encoder, and the joint network, which every step runs."""
        return {"encode": model.encoder, "decode": model.joint}

    def moved_bytes(self, model: Any, network_pass: Pass, read_bytes: int) -> float:
        """The fewest bytes of a pass: the weights of what it runs, what goes in and comes out, the state."""
        config, itemsize, n_rows = model.config, model.dtype.itemsize, network_pass.n_rows
        if network_pass.kind == "encode":
            first = 2 * conformer.first_floats(config.encoder_config, network_pass.n_new)
            features = network_pass.n_new * config.encoder_config.num_mel_bins
            return float(read_bytes + n_rows * (features + first) * itemsize)
        inner = config.decoder_hidden_size
        if network_pass.kind == "head":
            values = network_pass.n_new * (config.encoder_config.hidden_size + inner)
            weights = sum(counting.weights(part)[1] for part in self.projections(model))
            return float(weights + n_rows * values * itemsize)
        predicted = 0
        if network_pass.n_new:
            predicted = sum(
                counting.weights(part)[1] for part in (model.decoder.lstm, model.decoder.decoder_projector)
            )
        values = n_rows * (2 * inner + model.joint.head.out_features)
        return float(read_bytes + predicted + values * itemsize + network_pass.cache_bytes)

    @contextmanager
    def passes_recorded(self, model: Any) -> Iterator[list[Pass]]:
        """Collect the passes made inside, by hooks on the encoder, its projection, and both networks."""
        passes: list[Pass] = []
        predicted: list[bool] = []

        def encoded(_: object, __: object, kwargs: Mapping[str, Any], ___: object) -> None:
            passes.append(Pass("encode", *kwargs["input_features"].shape[:2]))

        def projected(_: object, arguments: tuple[torch.Tensor, ...], __: object) -> None:
            passes.append(Pass("head", *arguments[0].shape[:2]))

        def stepped(_: object, __: object, kwargs: Mapping[str, Any], ___: object) -> None:
            states = kwargs["decoder_hidden_states"]
            n_state = 2 * model.config.num_decoder_layers + 1
            cache_bytes = n_state * states.numel() * states.element_size()
            passes.append(Pass("step", len(states), len(predicted), 0, cache_bytes))
            predicted.clear()

        with hooked(
            model.encoder.register_forward_hook(encoded, with_kwargs=True),
            model.encoder_projector.register_forward_hook(projected),
            model.decoder.lstm.register_forward_hook(lambda *_: predicted.append(True)),
            model.joint.register_forward_hook(stepped, with_kwargs=True),
        ):
            yield passes
