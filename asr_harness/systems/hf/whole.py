"""Whether a checkpoint is whole: every weight that its architecture has, and none that it lacks.

What a file lacks transformers makes up at random and warns of, which no measurement may do in silence.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from transformers.conversion_mapping import get_model_conversion_mapping
from transformers.core_model_loading import WeightRenaming, rename_source_key

from asr_harness.counting import listed
from asr_harness.errors import ModelError
from asr_harness.systems.checkpoints import weight_files
from asr_harness.systems.hf import headers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from asr_harness.systems.checkpoints import Checkpoint

OLD_NAMES = (
    (r"\.weight_g$", ".parametrizations.weight.original0"),
    (r"\.weight_v$", ".parametrizations.weight.original1"),
    (r"LayerNorm\.gamma$", "LayerNorm.weight"),
    (r"LayerNorm\.beta$", "LayerNorm.bias"),
)
"""What older files call a weight that transformers renames as it loads."""


def check(checkpoint: Checkpoint, model: Any, unused: Iterable[str] = (), others: Iterable[str] = ()) -> None:
    """Compare the weight files with `model`, which has the architecture's shapes (on the meta device).

    `unused` are names that inference does not read, `others` those of other tasks. Reads
    every weight once, for NaN and Inf.
    Raises ModelError that names what is missing, unexpected, of another shape, cut short or not finite.
    """
    files = [file for file in _files(checkpoint) if file.suffix == ".safetensors"]
    if not files:  # pickles have no header; what they lack shows when they are loaded
        return
    expected = {_renamed(name): tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    held = _held(files, model, expected)
    tied = getattr(model, "all_tied_weights_keys", None) or {}
    spare = {name for pair in tied.items() if set(pair) & held.keys() for name in pair}
    spare |= set(_matching(expected, (*unused, *(model._keys_to_ignore_on_load_missing or ()))))  # noqa: SLF001
    known = set(_matching(held, (*others, *(model._keys_to_ignore_on_load_unexpected or ()))))  # noqa: SLF001
    refuse(
        checkpoint,
        missing=expected.keys() - held.keys() - spare,
        unexpected=held.keys() - expected.keys() - known,
        mismatched={
            f"{name} {held[name]} for {shape}"
            for name, shape in expected.items()
            if held.get(name, shape) != shape
        },
    )
    for file in files:
        _check_finite(file)


def refuse(
    checkpoint: Checkpoint,
    *,
    missing: Iterable[str] = (),
    unexpected: Iterable[str] = (),
    mismatched: Iterable[str] = (),
) -> None:
    """Raise ModelError if any weight is named."""
    kinds = {"lacks": missing, "holds, unknown to the architecture,": unexpected, "mismatches": mismatched}
    faults = [f"{kind} {_named(names)}" for kind, names in kinds.items() if names]
    if faults:
        raise ModelError(
            f"{', '.join(map(str, _files(checkpoint)))} does not fit the config.json beside it: "
            f"it {'; it '.join(faults)}. What is missing would be random: take the files of one checkpoint, "
            "or save it again with `model.save_pretrained(folder)`"
        )


def fingerprint(model: Any) -> str:
    """Hash the weights and buffers as they were loaded, by name: about a second for each gigabyte.

    Raises ModelError for a weight that is not finite in the dtype that it was loaded in.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        whole = tensor.detach().cpu().contiguous()
        if not is_finite(whole):
            raise ModelError(f"{name} is not finite in {whole.dtype}: run the model in another dtype")
        digest.update(f"{name} {whole.dtype} {tuple(whole.shape)}".encode())
        digest.update(memoryview(whole.reshape(-1).view(torch.uint8).numpy()))
    return digest.hexdigest()


def is_finite(tensor: torch.Tensor) -> bool:
    """Whether a tensor holds neither NaN nor an infinity."""
    if not tensor.is_floating_point() or not tensor.numel():
        return True
    if tensor.dtype.itemsize == 1:  # eight bits have little arithmetic of their own
        tensor = tensor.float()
    return bool(torch.isfinite(torch.stack(torch.aminmax(tensor))).all())


def _files(checkpoint: Checkpoint) -> list[Path]:
    if checkpoint.path is None:
        return []
    return weight_files(checkpoint.path, allow_pickle=checkpoint.allows_pickle)


def _held(
    files: Iterable[Path], model: Any, expected: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    prefix, name_of = model.base_model_prefix, _renaming(model, expected)
    held = {name_of(name): shape for file in files for name, shape in headers.shapes(file).items()}
    if prefix and not any(name.startswith(f"{prefix}.") for name in held):
        # Saved without its head, a model's names have no prefix.
        return {name if name in expected else f"{prefix}.{name}": shape for name, shape in held.items()}
    return held


def _renaming(model: Any, expected: Collection[str]) -> Callable[[str], str]:
    """Give what names a weight of a file as the model does: by `OLD_NAMES`, or as transformers loads it."""
    renamings = [one for one in get_model_conversion_mapping(model) if isinstance(one, WeightRenaming)]
    state = model.state_dict()

    def name_of(name: str) -> str:
        plain = _renamed(name)
        if plain in expected or not renamings:
            return plain
        loaded, _ = rename_source_key(name, renamings, [], model.base_model_prefix, state)
        return str(loaded) if loaded in expected else plain

    return name_of


def _renamed(name: str) -> str:
    for pattern, replacement in OLD_NAMES:
        name = re.sub(pattern, replacement, name)
    return name


def _matching(names: Iterable[str], patterns: Iterable[str]) -> Iterator[str]:
    alternatives = tuple(patterns)
    return (name for name in names if any(re.search(pattern, name) for pattern in alternatives))


def _named(names: Iterable[str]) -> str:
    return listed(sorted(names))


def _check_finite(file: Path) -> None:
    try:
        with safe_open(file, framework="pt") as tensors:
            spoilt = [name for name in tensors.keys() if not is_finite(tensors.get_tensor(name))]  # noqa: SIM118
    except SafetensorError as error:
        raise ModelError(f"{file} cannot be read ({error}); fetch it again") from error
    if spoilt:
        raise ModelError(
            f"{file} holds NaN or infinite weights in {_named(spoilt)}: its training diverged, or the file "
            "is damaged; take another checkpoint"
        )
