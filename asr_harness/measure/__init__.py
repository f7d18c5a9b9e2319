"""Measuring: a system, a slice and a device in, a `CaseResult` out."""

from asr_harness.measure.transcription import transcribe

__all__ = ["transcribe"]
