"""ONNX Runtime: an encoder with a CTC head as one graph, on the CPU, as `torch.onnx.export` writes it.

Features and the collapse to text are those of the transformers path, so that what differs is the network's
engine. The graph ends with the head's scores: encode holds the head, decode the best path and its collapse.
Source: https://onnxruntime.ai/docs/api/python/api_summary.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.metadata import version
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from asr_harness.errors import UnavailableError
from asr_harness.systems.base import Transcription
from asr_harness.systems.conversions import converted
from asr_harness.systems.converted import ConvertedSystem
from asr_harness.systems.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.conversions import Conversion
    from asr_harness.systems.hf.ctc_family import CtcFamily
    from asr_harness.systems.hf.features import Features
    from asr_harness.systems.variant import Variant

GRAPH = "model.onnx"
"""As `hf.onnx_export` names it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of each label [batch, frames, labels], and the features that they are of."""

    logits: NDArray[np.float32]
    features: Features


class OnnxCtcSystem(ConvertedSystem):
    """Transcribes by an `onnxruntime.InferenceSession`, and the best path."""

    def __init__(self, session: Any, family: CtcFamily, shape: Any, extractor: Any, tokenizer: Any) -> None:
        import torch

        self.session, self.family, self.shape = session, family, shape
        self.extractor, self.tokenizer = extractor, tokenizer
        self.place = SimpleNamespace(device="cpu", dtype=torch.float32)

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, and the conversion."""
        return {"ctc": "best path", "blank": self.tokenizer.pad_token_id, **self.identity}

    def preprocess(self, audio: Sequence[Samples]) -> Features:
        """Compute each recording's features by transformers' extractor, and pad the batch to its longest."""
        from asr_harness.systems.hf.features import extract

        return extract(self.extractor, audio, self.place)

    def encode(self, features: Features) -> Scored:
        """Run the graph."""
        inputs = {"inputs": features.inputs.numpy()}
        if features.attention_mask is not None:
            inputs["mask"] = features.attention_mask.numpy()
        return Scored(self.session.run(None, inputs)[0], features)

    def decode(self, encoded: Scored) -> Transcription:
        """Take the best path, leave out the frames of padding, and collapse to text."""
        import torch

        from asr_harness.systems.hf.ctc_system import collapse

        features = encoded.features
        n_frames = self.family.work.n_frames(self.shape, torch.tensor(features.n_inputs)).tolist()
        rows = torch.from_numpy(encoded.logits.argmax(-1))
        skip = self.family.skip_special_tokens
        texts, n_tokens = collapse(rows, n_frames, self.tokenizer, skip_special_tokens=skip)
        return Transcription(texts, n_tokens, features.padded_s)


class OnnxRuntime(Runtime):
    """CTC checkpoints by ONNX Runtime's CPU provider, in float32 or with int8 weights."""

    name = "onnxruntime"
    modules = (("onnxruntime", "onnxruntime"), ("onnx", "onnx"), ("onnxscript", "onnxscript"))
    extra = "onnxruntime"
    model_types = ("wav2vec2", "hubert", "wavlm", "wav2vec2-bert", "parakeet_ctc")
    settings = frozenset({"quantisation"})

    def load(self, checkpoint: Checkpoint, *, device: str, variant: Variant) -> OnnxCtcSystem:
        """Convert, and load; raises UnavailableError anywhere but on the CPU."""
        import onnxruntime
        import torch
        from transformers import AutoFeatureExtractor, AutoTokenizer

        if device != "cpu":
            raise UnavailableError(f"onnxruntime of PyPI runs on cpu, not on {device}")
        if variant.quantisation not in (None, "int8"):
            raise UnavailableError(f"onnxruntime has no quantisation {variant.quantisation!r}; it has int8")
        conversion = to_onnx(checkpoint, quantisation=variant.quantisation or "none")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = torch.get_num_threads(), 1
        session = onnxruntime.InferenceSession(
            str(conversion.folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        family, shape = _family_and_shape(checkpoint)
        extractor = AutoFeatureExtractor.from_pretrained(checkpoint.path)
        tokenizer = AutoTokenizer.from_pretrained(checkpoint.path)
        system = OnnxCtcSystem(session, family, shape, extractor, tokenizer)
        arithmetic = "float32" if variant.quantisation is None else "int8_float32"
        system.holds(conversion, checkpoint, arithmetic, *conversion.folder.glob(f"{GRAPH}*"))
        return system


def to_onnx(checkpoint: Checkpoint, *, quantisation: str) -> Conversion:
    """Give the checkpoint as a graph, exported once."""
    used = ("torch", "transformers", "onnx", "onnxscript", "onnxruntime")
    return converted(
        checkpoint,
        converter="asr_harness.systems.hf.onnx_export:convert",
        versions={name: version(name) for name in used},
        settings={"quantisation": quantisation},
    )


def _family_and_shape(checkpoint: Checkpoint) -> tuple[CtcFamily, Any]:
    """Give the checkpoint's family, and a model without weights that knows how many frames it makes."""
    from asr_harness.systems import find_family
    from asr_harness.systems.hf.ctc_family import CtcFamily

    family = find_family(checkpoint)
    assert isinstance(family, CtcFamily)  # noqa: S101 - as `model_types` says
    bare = replace(checkpoint, path=None)
    return family, family.build(bare, device="meta", dtype="float32", attention="eager")


RUNTIME = OnnxRuntime()
