"""Corpora, one file each with `CORPUS`, and the slices that are cut from them, cached and fingerprinted."""

from asr_harness.corpora.base import Corpus, CorpusKind, Segment, Slice, Utterance
from asr_harness.corpora.registry import CORPORA, find_kind, open_corpus
from asr_harness.corpora.slices.batching import batches, padding_fraction
from asr_harness.corpora.slices.buckets import BUCKETS_S, parse_bucket
from asr_harness.corpora.slices.preparation import load_slice

__all__ = [
    "BUCKETS_S",
    "CORPORA",
    "Corpus",
    "CorpusKind",
    "Segment",
    "Slice",
    "Utterance",
    "batches",
    "find_kind",
    "load_slice",
    "open_corpus",
    "padding_fraction",
    "parse_bucket",
]
