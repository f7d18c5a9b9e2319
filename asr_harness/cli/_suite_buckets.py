"""The buckets of a suite that is begun: of those of the defaults, the ones that its corpus fills."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

from asr_harness.corpora.slices.buckets import BUCKETS_S, filled
from asr_harness.starter.files import FULL_BUCKETS, QUICK_BUCKETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.corpora import Corpus


@dataclass(frozen=True, slots=True)
class SuiteBuckets:
    """The buckets of the profiles `quick` and `full`, and what there is to say about them, often nothing."""

    quick: Sequence[str] = QUICK_BUCKETS
    full: Sequence[str] = FULL_BUCKETS
    remark: str = ""


def of_corpus(corpus: Corpus | None) -> SuiteBuckets:
    """Choose those that a corpus fills; None, or one known by its prepared slices alone, changes nothing."""
    if corpus is None or not corpus.segments:
        return SuiteBuckets()
    held = filled(corpus.segments)
    if not held:
        lengths_s = [each.end_s - each.start_s for each in corpus.segments if each.scored]
        own = f"all={floor(min(lengths_s, default=0))}-{ceil(max(lengths_s, default=1))}"
        return SuiteBuckets(
            remark=f"{corpus.origin} fills none of the buckets {', '.join(BUCKETS_S)}; "
            f"give pytest --asr-buckets {own}"
        )
    quick = tuple(name for name in QUICK_BUCKETS if name in held) or tuple(held)
    full = tuple(name for name in FULL_BUCKETS if name in held) or quick
    left_out = [name for name in FULL_BUCKETS if name not in full]
    remark = f"buckets: {', '.join(full)}, those that {corpus.origin} fills" if left_out else ""
    return SuiteBuckets(quick, full, remark)
