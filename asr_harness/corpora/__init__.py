"""Corpora, one file each in `corpora/`, and the slices that are cut from them, cached and fingerprinted."""

from asr_harness.corpora.base import Corpus, Segment, open_corpus
from asr_harness.corpora.slices.batching import batches, padding_fraction
from asr_harness.corpora.slices.buckets import BUCKETS_S, parse_bucket
from asr_harness.corpora.slices.preparation import load_slice

__all__ = [
    "BUCKETS_S",
    "Corpus",
    "Segment",
    "batches",
    "load_slice",
    "open_corpus",
    "padding_fraction",
    "parse_bucket",
]
