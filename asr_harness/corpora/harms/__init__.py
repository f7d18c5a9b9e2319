"""Harms: what is done to a slice on the fly to make it hard, one file each with `HARM`."""

from asr_harness.corpora.harms.applying import harmed, split_spec
from asr_harness.corpora.harms.base import HARMS, Harm

__all__ = ["HARMS", "Harm", "harmed", "split_spec"]
