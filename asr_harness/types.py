"""Names that suites of version 0.1 import from here; new ones take them from where they are defined."""

from asr_harness.corpora.base import Slice, Utterance
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.schema.case import Case
from asr_harness.systems.base import Transcription

__all__ = ["SAMPLE_RATE_HZ", "Case", "Samples", "Slice", "Transcription", "Utterance"]
