"""Ways to write a corpus of one's own down, one file each with `FORMAT`; all open as `manifest:PATH`."""

from asr_harness.corpora.formats.base import Format
from asr_harness.registry import Registry

__all__ = ["FORMATS", "Format"]

FORMATS = Registry("asr_harness.corpora.formats", "FORMAT", Format, group="asr_harness.corpus_formats")
