"""A small Whisper that drafts what a larger one checks: assisted decoding (Leviathan et al., 2023)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.errors import ModelError, UnavailableError
from asr_harness.systems.checkpoints import find_pretrained
from asr_harness.systems.hf.building import ready
from asr_harness.systems.hf.network import Network
from asr_harness.systems.kin import kin_of

if TYPE_CHECKING:
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.hf.whisper import WhisperFamily
    from asr_harness.systems.variant import Variant


def load_assistant(
    family: WhisperFamily, checkpoint: Checkpoint, model: Any, variant: Variant
) -> Network | None:
    """Load the assistant that a variant names, beside `model`; None where it names none.

    Raises UnavailableError for an assistant that is absent, has another tokenizer, or would draft for dummy
    weights, which decode a script whatever is drafted.
    """
    if variant.assistant is None:
        return None
    if checkpoint.path is None:
        raise UnavailableError(
            f"{checkpoint.name} has dummy weights, whose drafts mean nothing: assistant=None"
        )
    name = kin_of("assistant", variant.assistant, checkpoint.name)
    try:
        other = find_pretrained(name, allow_pickle=False)
        family.check_files(other)
    except ModelError as error:
        raise UnavailableError(f"{checkpoint.name} cannot run with assistant={name!r}: {error}") from error
    if other.model_type not in family.model_types:
        raise UnavailableError(f"assistant={name!r} is no Whisper but {other.model_type}")
    if vocabulary(family, other) != vocabulary(family, checkpoint):
        raise UnavailableError(
            f"assistant={name!r} has another tokenizer than {checkpoint.name}: it would draft other tokens"
        )
    assistant = family.build(
        other, device=str(model.device), dtype=variant.dtype, attention=variant.attention
    )
    return Network(ready(assistant, device=str(model.device), quantisation=None), family.work)


def vocabulary(family: WhisperFamily, checkpoint: Checkpoint) -> dict[str, int]:
    """Read the tokens of a checkpoint and their ids."""
    tokens: dict[str, int] = family.tokenizer(checkpoint).get_vocab()
    return tokens
