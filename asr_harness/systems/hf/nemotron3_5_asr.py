"""Nemotron 3.5's multilingual streaming transducer, run offline and asked for English.

What the encoder gives is joined by the language, one of a list of prompts, in a network of two layers before
the projection; it runs within `generate`, and so in decode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import AutoModelForRNNT

from asr_harness.errors import ModelError
from asr_harness.systems.checkpoints import read_json
from asr_harness.systems.hf.nemotron_asr_streaming import NemotronFamily, StreamingWork

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

    from asr_harness.systems.checkpoints import Checkpoint

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "nvidia/nemotron-3.5-asr-streaming-0.6b": {
        "model_type": "nemotron3_5_asr",
        "encoder_config": {"num_mel_bins": 128},
    }
}
"""What is left out is the library's default."""

LANGUAGE = "en-US"
ENGLISH_PROMPT = 0
"""The place of `LANGUAGE` in the list that checkpoints share unless their processor has its own."""
PROCESSOR_FILE = "processor_config.json"


class PromptedWork(StreamingWork):
    """The passes of the streaming transducer, the language's network counted to the projection."""

    def projections(self, model: Any) -> tuple[Any, ...]:
        """Give the modules between the encoder and the joint network."""
        return model.prompt_projector, model.encoder_projector

    def project(self, model: Any, states: torch.Tensor) -> object:
        """Run them on the encoder's states [batch, frames, width], with room for the language."""
        import torch

        language = torch.zeros(*states.shape[:2], model.config.num_prompts, device=states.device)
        return model.encoder_projector(model.prompt_projector(torch.cat([states, language], dim=-1)))

    def projection_flops(self, config: Any, n_frames: int) -> int:
        """FLOPs of one row: 2F(d+n)p + 2Fpd for n languages and inner width p, before the projection's."""
        width, inner = config.encoder_config.hidden_size, config.prompt_intermediate_size
        prompt = 2 * n_frames * inner * (2 * width + config.num_prompts)
        return int(prompt + super().projection_flops(config, n_frames))


class Nemotron35Family(NemotronFamily):
    """Checkpoints of `Nemotron3_5AsrForRNNT`."""

    name = "nemotron3_5_asr"
    model_types = ("nemotron3_5_asr",)
    architectures = ARCHITECTURES
    work = PromptedWork(AutoModelForRNNT)

    def language_prompt(self, checkpoint: Checkpoint) -> int:
        """Give English's place in the list of languages."""
        if checkpoint.path is None or not (checkpoint.path / PROCESSOR_FILE).exists():
            return ENGLISH_PROMPT
        languages = read_json(checkpoint.path, PROCESSOR_FILE).get("prompt_dictionary")
        if languages is None:
            return ENGLISH_PROMPT
        if LANGUAGE not in languages:
            raise ModelError(
                f"{checkpoint.path / PROCESSOR_FILE} has no {LANGUAGE} in its prompt_dictionary, but "
                f"{', '.join(sorted(languages)[:4])} …: the suite asks for English"
            )
        return int(languages[LANGUAGE])


FAMILY = Nemotron35Family()
