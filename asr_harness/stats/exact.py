"""Exact tests of shares."""

from __future__ import annotations

from math import comb


def fisher_exact(base: tuple[int, int], candidate: tuple[int, int]) -> float:
    """Two-sided p value of two shares, each given as (hits, of so many).

    Fisher, The logic of inductive inference, Journal of the Royal Statistical Society 98, 1935: all tables
    with the same margins that are no likelier than the one that was seen.
    """
    (hits, n), (other_hits, other_n) = base, candidate
    total, all_hits = n + other_n, hits + other_hits

    def ways(first: int) -> int:
        return comb(n, first) * comb(other_n, all_hits - first)

    seen = ways(hits)
    possible = range(max(0, all_hits - other_n), min(n, all_hits) + 1)
    return sum(ways(first) for first in possible if ways(first) <= seen) / comb(total, all_hits)
