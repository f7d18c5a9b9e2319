"""The stages of a transcription, and the kinds of network pass that make them up."""

from __future__ import annotations

from typing import Literal

StageName = Literal["preprocess", "encode", "decode"]
"""A CTC head and its collapse are a decode."""

STAGES: tuple[StageName, ...] = ("preprocess", "encode", "decode")

PassKind = Literal["encode", "prompt", "step", "head"]
"""What a network pass computes: the encoder, the decoder's first or a later step, or a CTC head."""
