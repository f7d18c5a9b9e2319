"""What every family of transducers shares: its system, its dummies and what a batch costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from transformers import GenerationConfig, ParakeetFeatureExtractor, ParakeetTokenizer

from asr_harness.errors import ModelError
from asr_harness.systems.base import Pass
from asr_harness.systems.checkpoints import read_json
from asr_harness.systems.cost import Cost, n_parameters
from asr_harness.systems.hf import beside, conformer
from asr_harness.systems.hf.building import DTYPES
from asr_harness.systems.hf.scripted import ScriptedJoint, steps_per_frame, token_share
from asr_harness.systems.hf.stand_in import spelling
from asr_harness.systems.hf.standard import StandardFamily
from asr_harness.systems.hf.transducer import TransducerSystem
from asr_harness.systems.hf.transducer_work import FRAMES_PER_S, TransducerWork
from asr_harness.systems.variant import OF_ENCODER

if TYPE_CHECKING:
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.variant import Variant

CONVOLUTION_COPIES = 3
GENERATION_FILE = "generation_config.json"


class TransducerFamily(StandardFamily):
    """Checkpoints with an encoder, a prediction network and a joint network."""

    description = "transducer, greedy"
    settings = OF_ENCODER | {"dtype", "attention", "max_new_tokens", "quantisation", "compile_encoder"}
    work: ClassVar[TransducerWork]

    def check_files(self, checkpoint: Checkpoint) -> None:
        """Look for tokenizer, feature extractor and generation config, which has the start token."""
        super().check_files(checkpoint)
        if checkpoint.path is None:
            return
        beside.require(checkpoint.path, "generation config, which has the start token", (GENERATION_FILE,))
        if read_json(checkpoint.path, GENERATION_FILE).get("decoder_start_token_id") is None:
            raise ModelError(
                f"{checkpoint.path / GENERATION_FILE} lacks decoder_start_token_id, the blank's id: copy the "
                "file from the checkpoint that this one was trained from"
            )

    def complete(self, model: Any) -> None:
        """Give the model a generation config; the search starts from the blank."""
        config = model.config
        model.generation_config = GenerationConfig(
            decoder_start_token_id=config.blank_token_id, pad_token_id=config.pad_token_id
        )

    def assemble(
        self, checkpoint: Checkpoint, model: Any, extractor: Any, tokenizer: Any, variant: Variant
    ) -> TransducerSystem:
        """Put the system together."""
        kwargs: dict[str, Any] = {"do_sample": False, "num_beams": 1}
        if variant.max_new_tokens is not None:
            kwargs["max_new_tokens"] = variant.max_new_tokens
        script = ScriptedJoint(model.config) if checkpoint.is_dummy else None
        return TransducerSystem(model, extractor, tokenizer, self.work, script=script, generate_kwargs=kwargs)

    def stand_in_extractor(self, config: Any) -> Any:
        """Make an extractor of the model's mel bins."""
        return ParakeetFeatureExtractor(feature_size=config.encoder_config.num_mel_bins)

    def stand_in_tokenizer(self, config: Any) -> ParakeetTokenizer:
        """Make a tokenizer with a blank beside its padding token."""
        special = {"<unk>": 1, "<pad>": config.pad_token_id, "<blank>": config.blank_token_id}
        tokens = spelling(config.vocab_size, special)
        return ParakeetTokenizer(tokenizer_object=tokens, pad_token="<pad>", unk_token="<unk>")  # noqa: S106

    def cost(self, checkpoint: Checkpoint, *, batch_size: int, audio_s: float, variant: Variant) -> Cost:
        """Estimate what one batch costs: the encoder, and the steps that speech of this length takes."""
        model = self.build(checkpoint, device="meta", dtype=variant.dtype, attention="eager")
        config, itemsize = model.config, DTYPES[variant.dtype].itemsize
        n_inputs = round(audio_s * FRAMES_PER_S)
        n_steps = conformer.n_frames(config.encoder_config, n_inputs) * steps_per_frame(config)
        encode, step = Pass("encode", batch_size, n_inputs), Pass("step", batch_size, 1)
        flops = self.work.closed_form(config, encode)
        if flops is None:
            flops = int(self.work.flops(config).of(encode))
        stepped = itemsize * (
            n_parameters(model.joint) + token_share(config) * n_parameters(model.decoder.lstm)
        )
        first = batch_size * conformer.first_floats(config.encoder_config, n_inputs) * itemsize
        return Cost(
            flops=flops + n_steps * (self.work.closed_form(config, step) or 0),
            streamed_bytes=n_steps * stepped + CONVOLUTION_COPIES * first,
            weight_bytes=n_parameters(model) * itemsize,
            activation_bytes=CONVOLUTION_COPIES * first,
        )
