"""What every family of such encoder-decoders shares: its settings, its dummies and what a batch costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from transformers import AutoModelForSpeechSeq2Seq, GenerationConfig, PreTrainedTokenizerFast

from asr_harness.systems.base import Pass
from asr_harness.systems.cost import Cost, n_parameters
from asr_harness.systems.hf import beside
from asr_harness.systems.hf.building import DTYPES
from asr_harness.systems.hf.encoder_decoder import Decoding, EncoderDecoderSystem
from asr_harness.systems.hf.fixed_tokens import FixedTokens, dummy_tokens
from asr_harness.systems.hf.stand_in import spelling
from asr_harness.systems.hf.standard import StandardFamily
from asr_harness.systems.variant import OF_ENCODER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.hf.encoder_decoder_work import EncoderDecoderWork
    from asr_harness.systems.variant import Variant

CONVOLUTION_COPIES = 3
FIRST_TEXT_TOKEN = 20
"""Ids below stand for special tokens in the stand-in vocabularies."""


class EncoderDecoderFamily(StandardFamily):
    """Checkpoints with an encoder of whole recordings, and an autoregressive decoder."""

    description = "autoregressive"
    settings = OF_ENCODER | {
        "dtype", "attention", "beams", "max_new_tokens", "quantisation", "compile_encoder", "decoder_stride",
    }  # fmt: skip
    auto = AutoModelForSpeechSeq2Seq
    work: ClassVar[EncoderDecoderWork]
    system_class: ClassVar[type[EncoderDecoderSystem]] = EncoderDecoderSystem
    prompt_tokens: ClassVar[Mapping[str, int]] = {}
    """What the stand-in tokenizer knows of the prompt's tokens, by name."""
    tokens_per_s: ClassVar[float | None] = None
    """The most tokens for each second that the model's authors let it generate."""

    def prompt(self, checkpoint: Checkpoint) -> tuple[int, ...]:  # noqa: ARG002
        """Give the decoder's first tokens, which ask for English as it is spoken; [] for the start token."""
        return ()

    def generate_kwargs(self) -> dict[str, Any]:
        """Give what else `generate` is told."""
        return {}

    def check_files(self, checkpoint: Checkpoint) -> None:
        """Look for tokenizer, feature extractor and generation config."""
        super().check_files(checkpoint)
        if checkpoint.path is not None:
            what = "generation config, without which its words are other words"
            beside.require(checkpoint.path, what, ("generation_config.json",))

    def complete(self, model: Any) -> None:
        """Give the model a generation config."""
        config = getattr(model.config, "decoder_config", None) or model.config
        start = getattr(model.config, "decoder_start_token_id", None)
        model.generation_config = GenerationConfig(
            decoder_start_token_id=config.bos_token_id if start is None else start,
            bos_token_id=config.bos_token_id,
            eos_token_id=config.eos_token_id,
            pad_token_id=config.eos_token_id if config.pad_token_id is None else config.pad_token_id,
            max_length=self.max_length(config),
        )

    def max_length(self, config: Any) -> int:
        """The most tokens that a dummy's decoder has positions for."""
        return int(config.max_position_embeddings)

    def assemble(
        self, checkpoint: Checkpoint, model: Any, extractor: Any, tokenizer: Any, variant: Variant
    ) -> EncoderDecoderSystem:
        """Put the system together."""
        kwargs = {"num_beams": variant.beams, "do_sample": False, **self.generate_kwargs()}
        if variant.max_new_tokens is not None:
            kwargs["max_new_tokens"] = variant.max_new_tokens
        decoding = Decoding(kwargs, self.prompt(checkpoint), self.tokens_per_s)
        end = model.generation_config.eos_token_id
        fixed = FixedTokens(end, FIRST_TEXT_TOKEN) if checkpoint.is_dummy else None
        return self.system_class(model, extractor, tokenizer, self.work, decoding, fixed)

    def stand_in_tokenizer(self, config: Any) -> PreTrainedTokenizerFast:
        """Make a tokenizer whose text tokens spell their own ids."""
        text = getattr(config, "decoder_config", None) or config
        special = {"<unk>": FIRST_TEXT_TOKEN - 1, "<s>": text.bos_token_id, "</s>": text.eos_token_id}
        special |= self.prompt_tokens
        tokens = spelling(text.vocab_size, special)
        return PreTrainedTokenizerFast(
            tokenizer_object=tokens,
            unk_token="<unk>",  # noqa: S106
            bos_token="<s>",  # noqa: S106
            eos_token="</s>",  # noqa: S106
        )

    def cost(self, checkpoint: Checkpoint, *, batch_size: int, audio_s: float, variant: Variant) -> Cost:
        """Estimate what one batch costs: the encoder, and the tokens that speech of this length has."""
        model = self.build(checkpoint, device="meta", dtype=variant.dtype, attention="eager")
        config, itemsize, rows = model.config, DTYPES[variant.dtype].itemsize, batch_size * variant.beams
        n_inputs, n_steps = round(audio_s * self.work.inputs_per_s), dummy_tokens(audio_s)
        n_states = self.work.n_states(config, n_inputs)
        encode = Pass("encode", batch_size, n_inputs)
        flops = self.work.closed_form(config, encode)
        if flops is None:
            flops = int(self.work.flops(config).of(encode))
        shape = self.work.decoder_shape(config)
        passes = (
            Pass("prompt", rows, 1, n_states=n_states),
            Pass("step", rows, 1, n_steps // 2, n_states=n_states),
        )
        first_step, step = (network_pass.n_rows * shape.flops(network_pass) for network_pass in passes)
        cache = 2 * rows * shape.n_layers * shape.width * (n_states + n_steps) * itemsize
        convolved = CONVOLUTION_COPIES * batch_size * self.work.first_floats(config, n_inputs) * itemsize
        return Cost(
            flops=flops + first_step + n_steps * step,
            streamed_bytes=n_steps * (n_parameters(model.get_decoder()) * itemsize + cache) + convolved,
            weight_bytes=n_parameters(model) * itemsize,
            activation_bytes=convolved + cache + 3 * rows * shape.vocab_size * itemsize,
        )
