"""Loading a checkpoint's weights: whole, from safetensors, without code that it brings along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from asr_harness.errors import ModelError
from asr_harness.systems.checkpoints import weight_files
from asr_harness.systems.hf import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asr_harness.systems.checkpoints import Checkpoint


def load_pretrained(
    from_pretrained: Callable[..., Any],
    checkpoint: Checkpoint,
    unused: Iterable[str] = (),
    others: Iterable[str] = (),
    **options: object,
) -> Any:
    """Load a model by a class's `from_pretrained`; weights that match `unused` and are absent become zeros.

    `others` are patterns of weights that the file holds for other tasks.

    Raises ModelError for weights that are missing, unexpected, mismatched or unreadable.
    """
    try:
        model, loading_info = from_pretrained(
            checkpoint.path,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are told, and refused below
            use_safetensors=not _is_pickled(checkpoint),
            local_files_only=True,
            **options,
        )
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{checkpoint.name!r} at {checkpoint.path} cannot be loaded: {error}") from error
    absent = {name for name in loading_info["missing_keys"] if any(re.search(part, name) for part in unused)}
    whole.refuse(
        checkpoint,
        missing=set(loading_info["missing_keys"]) - absent,
        unexpected=[
            name
            for name in loading_info["unexpected_keys"]
            if not any(re.search(part, name) for part in others)
        ],
        mismatched={f"{name} {held} for {due}" for name, held, due in loading_info["mismatched_keys"]},
    )
    for name in absent:
        model.get_parameter(name).data.zero_()
    return model


def _is_pickled(checkpoint: Checkpoint) -> bool:
    return checkpoint.path is not None and not weight_files(checkpoint.path)
