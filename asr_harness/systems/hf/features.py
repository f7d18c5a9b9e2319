"""A batch's features, as a feature extractor gives them: padded to the longest, with what is padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness.schema.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from asr_harness.schema.audio import Samples

NAMES = ("input_features", "input_values")
"""What feature extractors call spectra, and waveforms."""


@dataclass(frozen=True, slots=True)
class Features:
    """Waveforms [batch, samples] or spectra [batch, frames, mels], and their mask if the model takes one.

    `n_inputs` are each row's samples or frames without padding, `padded_s` the seconds of all with it. Rows
    are recordings, unless the extractor cuts long ones: `chunks` are then each row's recording and place.
    """

    inputs: torch.Tensor
    attention_mask: torch.Tensor | None
    n_inputs: tuple[int, ...]
    padded_s: float
    longest_s: float
    chunks: tuple[tuple[int, int | None], ...] | None = None


def extract(extractor: Any, audio: Sequence[Samples], model: Any, **options: object) -> Features:
    """Compute a batch's features in the model's dtype, on its device; `options` are the extractor's own."""
    features = extractor(
        list(audio), sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt", padding=True, **options
    )
    inputs = next(features[name] for name in NAMES if name in features)
    mask = features.get("attention_mask")
    n_inputs = tuple(map(len, audio)) if mask is None else tuple(mask.sum(-1).tolist())
    longest_s = max(map(len, audio)) / SAMPLE_RATE_HZ
    chunks = features.get("audio_chunk_index")
    if chunks is not None and len(inputs) > len(audio):
        longest_s = inputs.shape[1] * extractor.hop_length / SAMPLE_RATE_HZ
    return Features(
        inputs.to(model.device, model.dtype),
        None if mask is None else mask.to(model.device),
        n_inputs,
        len(inputs) * longest_s,
        longest_s,
        None if chunks is None else tuple(map(tuple, chunks)),
    )
