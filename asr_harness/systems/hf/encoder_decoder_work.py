"""What the passes of an encoder-decoder cost: counted on the meta device, and in closed form.

The first decoder step projects the encoder's states to the cross-attention's keys and values, once for all
later steps; it is counted to the decoder.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from asr_harness.systems.base import Pass
from asr_harness.systems.hf.counting import count_flops, hooked
from asr_harness.systems.hf.decoder_passes import decoder_pass
from asr_harness.systems.hf.work import FamilyWork, PassFlops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from transformers import PreTrainedConfig

    from asr_harness.schema.stages import StageName

EXAMPLE_S = 15


@dataclass
class States(BaseModelOutput):  # type: ignore[misc]
    """The encoder's output with the mask that some models read there."""

    attention_mask: torch.Tensor | None = None


@dataclass(frozen=True, slots=True)
class DecoderShape:
    """What decides a decoder's cost: widths d, m (feed-forward), a (attention), and e (the states)."""

    width: int
    inner: int
    n_layers: int
    vocab_size: int
    states_width: int
    attention_width: int
    is_gated: bool = False
    projects_states: bool = False

    def flops(self, network_pass: Pass) -> int:
        """FLOPs of one row: for p tokens after n and F states, a = attention's width.

        Per layer 12pd² + 4p(n+p+F)a + 4pdm (6pdm where gated), and 4F·d·e in the first step for
        states of width e; then 2pdV. Where states are projected to the decoder's width first, as every step
        then does, 2F·d·e more, and e is d from there on.
        """
        new, past, states = network_pass.n_new, network_pass.n_past, network_pass.n_states
        layer = (
            12 * new * self.width**2
            + 4 * new * (past + new + states) * self.attention_width
            + (6 if self.is_gated else 4) * new * self.width * self.inner
        )
        if network_pass.kind == "prompt":
            seen_width = self.width if self.projects_states else self.states_width
            layer += 4 * states * self.width * seen_width
        projection = 2 * states * self.states_width * self.width if self.projects_states else 0
        return int(self.n_layers * layer + projection + 2 * new * self.width * self.vocab_size)


class EncoderDecoderFlops(PassFlops):
    """Counts each kind of pass for one row; rows, states and the length of the cache then scale exactly."""

    def __init__(self, config: PreTrainedConfig, work: EncoderDecoderWork) -> None:
        super().__init__(work.auto.from_config, config)
        self._work = work
        self._per_row = cache(self._count)

    def of(self, network_pass: Pass) -> float:
        """FLOPs of a pass."""
        single = replace(network_pass, n_rows=1, cache_bytes=0)
        if single.kind == "encode":
            return network_pass.n_rows * self._per_row(single)
        least = replace(single, n_states=1, n_past=min(single.n_past, 1))
        total = self._per_row(least)
        total += (single.n_states - 1) * (self._per_row(replace(least, n_states=2)) - total)
        if single.n_past > 1:
            further = self._per_row(replace(least, n_past=2)) - self._per_row(least)
            total += (single.n_past - 1) * further
        return network_pass.n_rows * total

    def _count(self, single: Pass) -> int:
        if single.kind == "encode":
            inputs = self._work.inputs(self.model.config, single.n_new, "meta")
            return count_flops(lambda: self._work.encode(self.model, inputs))
        cached = EncoderDecoderCache(DynamicCache(), DynamicCache())
        if single.n_past:
            self._decode(single.n_past, single.n_states, cached)
        return count_flops(lambda: self._decode(single.n_new, single.n_states, cached))

    def _decode(self, n_tokens: int, n_states: int, cached: EncoderDecoderCache) -> None:
        width = self._work.states_width(self.model.config)
        self.model(
            encoder_outputs=States(last_hidden_state=torch.empty(1, n_states, width, device="meta")),
            decoder_input_ids=torch.zeros(1, n_tokens, dtype=torch.long, device="meta"),
            past_key_values=cached,
            use_cache=True,
        )


class EncoderDecoderWork(FamilyWork):
    """The passes of encoder and decoder; a family says how its encoder is fed and what decides its cost."""

    inputs_per_s = 100
    """How many samples or frames the encoder takes in for each second."""
    extractor_options: Mapping[str, Any] = {}

    def __init__(self, auto: Any) -> None:
        self.auto = auto

    def encoder(self, model: Any) -> Any:
        """Give the module that encodes."""
        return model.get_encoder()

    def encode(self, model: Any, inputs: torch.Tensor) -> object:
        """Run the encoder on what `inputs` gave."""
        return self.encoder(model)(inputs)

    def inputs(self, config: Any, n_inputs: int, device: torch.device | str) -> torch.Tensor:
        """Make an input of one row."""
        raise NotImplementedError

    def n_states(self, config: Any, n_inputs: int) -> int:
        """Count the states that the encoder makes of so many inputs."""
        raise NotImplementedError

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values that the first convolution of one row gives."""
        raise NotImplementedError

    def decoder_shape(self, config: Any) -> DecoderShape:
        """Give what decides the decoder's cost."""
        raise NotImplementedError

    def encoder_flops(self, config: Any, n_inputs: int) -> int | None:  # noqa: ARG002
        """FLOPs of one row of the encoder from the architecture alone, None where no formula is known."""
        return None

    def states_width(self, config: Any) -> int:
        """Give the width of the encoder's states."""
        return self.decoder_shape(config).states_width

    def flops(self, config: PreTrainedConfig) -> EncoderDecoderFlops:
        """Give what counts the FLOPs of passes."""
        return EncoderDecoderFlops(config, self)

    def examples(self, config: PreTrainedConfig) -> Mapping[str, Pass]:
        """Name the passes that show what a model costs; the first is an encoder's."""
        n_inputs = EXAMPLE_S * self.inputs_per_s
        n_states = self.n_states(config, n_inputs)
        return {
            f"encoder, {EXAMPLE_S} s": Pass("encode", 1, n_inputs),
            "decoder, first step (start token)": Pass("prompt", 1, 1, n_states=n_states),
            "decoder, later step (10 tokens cached)": Pass("step", 1, 1, 10, n_states=n_states),
        }

    def example_input(self, model: Any) -> torch.Tensor:
        """Make an input of `EXAMPLE_S` seconds, on the model's device."""
        return self.inputs(
            model.config, EXAMPLE_S * self.inputs_per_s, model.get_output_embeddings().weight.device
        )

    def closed_form(self, config: PreTrainedConfig, network_pass: Pass) -> int | None:
        """FLOPs of a pass from the architecture alone: `encoder_flops`, and `DecoderShape.flops`."""
        if network_pass.kind != "encode":
            return network_pass.n_rows * self.decoder_shape(config).flops(network_pass)
        row = self.encoder_flops(config, network_pass.n_new)
        return None if row is None else network_pass.n_rows * row

    def parts(self, model: Any) -> Mapping[StageName, Any]:
        """Give the encoder and the decoder."""
        return {"encode": self.encoder(model), "decode": model.get_decoder()}

    def moved_bytes(self, model: Any, network_pass: Pass, read_bytes: int) -> float:
        """The fewest bytes of a pass: `read_bytes` of weights, what goes in, the decoder's cache.

        The decoder's embedding stands for the output projection, which is as large or the same.
        """
        if network_pass.kind != "encode":
            return float(read_bytes + network_pass.cache_bytes)
        n_new, config = network_pass.n_new, model.config
        values = self.inputs(config, n_new, "meta").numel() + 2 * self.first_floats(config, n_new)
        return float(read_bytes + network_pass.n_rows * values * model.dtype.itemsize)

    @contextmanager
    def passes_recorded(self, model: Any) -> Iterator[list[Pass]]:
        """Collect the passes that are made inside, by hooks on the encoder and the decoder."""
        passes: list[Pass] = []

        def encoded(_: object, arguments: tuple[torch.Tensor, ...], __: object) -> None:
            passes.append(Pass("encode", *arguments[0].shape[:2]))

        def decoded(_: object, __: object, kwargs: Mapping[str, Any], output: Any) -> None:
            states = kwargs["encoder_hidden_states"]
            passes.append(replace(decoder_pass(kwargs, output), n_states=states.shape[1]))

        with hooked(
            self.encoder(model).register_forward_hook(encoded),
            model.get_decoder().register_forward_hook(decoded, with_kwargs=True),
        ):
            yield passes
