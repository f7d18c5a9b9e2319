"""PyTorch's own converter to ONNX, and ONNX Runtime's own quantiser, for encoders with a CTC head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from pathlib import Path

GRAPH = "model.onnx"
EXAMPLE_S = (2.0, 1.2)
"""Two recordings of different length, so that neither batch nor time is taken for a constant."""
N_SAMPLES = tuple(round(16_000 * seconds) for seconds in EXAMPLE_S)

QUANTISED = ["Gemm", "MatMul"]
"""Convolutions stay: their weights are computed from others in the graph, which the quantiser refuses."""


class Scores(torch.nn.Module):
    """A model that gives its scores alone."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Score each label in each frame."""
        logits: torch.Tensor = self.model(inputs, attention_mask=mask).logits
        return logits


def convert(source: Path, target: Path, quantisation: str) -> None:
    """Export, and quantise where it is asked for.

    Source: https://docs.pytorch.org/docs/stable/onnx_export.html, and for int8
    https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html (dynamic)
    """
    from asr_harness.systems import load

    system: Any = load(str(source), device="cpu", weights="pretrained").system
    features = system.preprocess([torch.zeros(n).numpy() for n in N_SAMPLES])
    arguments = [one for one in (features.inputs, features.attention_mask) if one is not None]
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    whole = target / (GRAPH if quantisation == "none" else f"whole-{GRAPH}")
    torch.onnx.export(
        Scores(system.model).eval(),
        tuple(arguments),
        whole,
        dynamo=True,
        dynamic_shapes=tuple(free for _ in arguments),
        input_names=["inputs", "mask"][: len(arguments)],
        output_names=["logits"],
        external_data=True,
    )
    if quantisation == "int8":
        from onnxruntime.quantization import quantize_dynamic

        quantize_dynamic(whole, target / GRAPH, op_types_to_quantize=QUANTISED, use_external_data_format=True)
        for file in target.glob(f"whole-{GRAPH}*"):
            file.unlink()
