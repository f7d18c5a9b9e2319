"""What Whisper's passes cost: counted on the meta device, and in closed form.

The first decoder step projects the encoder's output to the cross-attention's keys and values, once for all
later steps; it is counted to the decoder.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache, EncoderDecoderCache, WhisperConfig, WhisperForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

from asr_harness.systems.base import Pass
from asr_harness.systems.hf.counting import count_flops, hooked
from asr_harness.systems.hf.decoder_passes import decoder_pass
from asr_harness.systems.hf.work import FamilyWork, PassFlops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asr_harness.schema.stages import StageName


class WhisperFlops(PassFlops):
    """Counts each kind of pass once for one row; rows, and the length of the cache, then scale exactly."""

    def __init__(self, config: WhisperConfig) -> None:
        super().__init__(WhisperForConditionalGeneration._from_config, config)  # noqa: SLF001
        self._config = self.model.config
        self._per_row = cache(self._count)

    def of(self, network_pass: Pass) -> float:
        """FLOPs of a pass; costs grow linearly with rows and, for a later step, with the tokens cached."""
        single = replace(network_pass, n_rows=1, cache_bytes=0)
        if single.kind != "step":
            return network_pass.n_rows * self._per_row(single)
        near, far = (self._per_row(replace(single, n_past=n_past)) for n_past in (1, 2))
        return network_pass.n_rows * (near + (single.n_past - 1) * (far - near))

    def _count(self, single: Pass) -> int:
        if single.kind == "encode":
            mel = torch.empty(1, self._config.num_mel_bins, single.n_new, device="meta")
            return count_flops(lambda: self.model.get_encoder()(mel))
        cached = EncoderDecoderCache(DynamicCache(config=self._config), DynamicCache(config=self._config))
        if single.n_past:
            self._decode(single.n_past, cached, single.n_states)
        return count_flops(lambda: self._decode(single.n_new, cached, single.n_states))

    def _decode(self, n_tokens: int, cached: EncoderDecoderCache, n_states: int) -> None:
        n_frames = n_states or self._config.max_source_positions
        states = torch.empty(1, n_frames, self._config.d_model, device="meta")
        self.model(
            encoder_outputs=BaseModelOutput(last_hidden_state=states),
            decoder_input_ids=torch.zeros(1, n_tokens, dtype=torch.long, device="meta"),
            past_key_values=cached,
            use_cache=True,
        )


class WhisperWork(FamilyWork):
    """The passes of encoder and decoder."""

    def flops(self, config: WhisperConfig) -> WhisperFlops:
        """Give what counts the FLOPs of passes."""
        return WhisperFlops(config)

    def examples(self, config: WhisperConfig) -> Mapping[str, Pass]:
        """Name the passes that show what a model costs; the first is an encoder's."""
        frames = 2 * config.max_source_positions
        return {
            "encoder, one 30 s window": Pass("encode", 1, frames),
            "decoder, first step (prompt of 4)": Pass("prompt", 1, 4),
            "decoder, later step (10 tokens cached)": Pass("step", 1, 1, 10),
        }

    def example_input(self, model: Any) -> torch.Tensor:
        """Make the features of one window, on the model's device."""
        config = model.config
        return torch.zeros(1, config.num_mel_bins, 2 * config.max_source_positions, device=model.device)

    def closed_form(self, config: WhisperConfig, network_pass: Pass) -> int:
        """FLOPs of a pass from the architecture alone; frames F, width d, inner width m, tokens p after n.

        Encoder: two convolutions of width 3, then per layer 8Fd² + 4F²d + 4Fdm.
        Decoder: per layer 8pd² + 4p(n+p)d + 4pd² + 4pFd + 4pdm, and 4Fd² in the first step; then 2pdV.
        """
        frames, width = config.max_source_positions, config.d_model
        new, past = network_pass.n_new, network_pass.n_past
        if network_pass.kind == "encode":
            convolutions = 2 * 3 * width * (2 * frames * config.num_mel_bins + frames * width)
            layer = (
                8 * frames * width**2 + 4 * frames**2 * width + 4 * frames * width * config.encoder_ffn_dim
            )
            return int(network_pass.n_rows * (convolutions + config.encoder_layers * layer))
        layer = (
            12 * new * width**2
            + 4 * new * (past + new + frames) * width
            + 4 * new * width * config.decoder_ffn_dim
        )
        if network_pass.kind == "prompt":
            layer += 4 * frames * width**2
        head = 2 * new * width * config.vocab_size
        return int(network_pass.n_rows * (config.decoder_layers * layer + head))

    def parts(self, model: Any) -> Mapping[StageName, Any]:
        """Give the encoder and the decoder."""
        return {"encode": model.get_encoder(), "decode": model.get_decoder()}

    def moved_bytes(self, model: Any, network_pass: Pass, read_bytes: int) -> float:
        """The fewest bytes of a pass: `read_bytes` of weights, features and states, the decoder's cache.

        The output projection is the embedding, of which a decoder pass reads every row.
        """
        config, itemsize = model.config, model.dtype.itemsize
        if network_pass.kind == "encode":
            states = config.max_source_positions * config.d_model
            values = network_pass.n_rows * (network_pass.n_new * config.num_mel_bins + states)
            return float(read_bytes + values * itemsize)
        return float(read_bytes + network_pass.cache_bytes)

    @contextmanager
    def passes_recorded(self, model: Any) -> Iterator[list[Pass]]:
        """Collect the passes that `generate` makes inside, by hooks on the encoder and the decoder."""
        passes: list[Pass] = []

        def encoded(_: object, arguments: tuple[Any, ...], kwargs: dict[str, Any], __: object) -> None:
            features = arguments[0] if arguments else kwargs["input_features"]
            passes.append(Pass("encode", len(features), features.shape[-1]))

        def decoded(_: object, __: object, kwargs: dict[str, Any], output: Any) -> None:
            n_frames = kwargs["encoder_hidden_states"].shape[1]
            is_whole = n_frames == model.config.max_source_positions
            passes.append(replace(decoder_pass(kwargs, output), n_states=0 if is_whole else n_frames))

        with hooked(
            model.get_encoder().register_forward_hook(encoded, with_kwargs=True),
            model.get_decoder().register_forward_hook(decoded, with_kwargs=True),
        ):
            yield passes


WORK = WhisperWork()
