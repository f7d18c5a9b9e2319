"""Whether a saved run holds what its readers take for granted; checked once, where it is read."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any, get_args

from asr_harness import shapes
from asr_harness.types import Case, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_SHOWN = 40
OUTCOMES = get_args(Outcome)


def check_file(content: Mapping[str, Any]) -> None:
    """Raise ValueError for a file whose block or version cannot be told; all else depends on those."""
    _check(shapes.FILE, content, "the file")
    _check(shapes.VERSION, content["asr"], "the `asr` block")


def check_outcomes(content: Mapping[str, Any]) -> None:
    """Raise ValueError for a list of benchmarks or outcomes that their readers could not go through."""
    _check(shapes.LISTS, content, "the file")
    _check(shapes.OUTCOME_LIST, content["asr"], "the `asr` block")
    for place, outcome in enumerate(content["asr"]["outcomes"]):
        _check(shapes.OUTCOME, outcome, f"outcome {place + 1}")


def check_benchmark(case_id: str, benchmark: Mapping[str, Any]) -> None:
    """Raise ValueError for a measured case without its rounds or its figures."""
    _check(shapes.BENCHMARK, benchmark, case_id)
    _check(shapes.ROUNDS, benchmark["stats"], case_id)


def check_case(case: Case, outcome: Any) -> None:
    """Raise ValueError for an axis that is no text, a batch without utterances, or an unknown outcome."""
    names = (case.model, case.device, case.bucket, case.variant)
    if not all(isinstance(name, str) for name in names) or not shapes.is_count(case.batch_size):
        raise ValueError(f"{astuple(case)} is no case: four names and a batch size above 0")
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome {outcome!r} of {case.id} is none of {', '.join(OUTCOMES)}")


def check_run(block: Mapping[str, Any], commit_info: Mapping[str, Any]) -> None:
    """Raise ValueError for a part of the `asr` block, or of the commit, that is not what it should be."""
    _check(shapes.BLOCK, block, "the `asr` block")
    _check(shapes.COMMIT, commit_info, "the commit")


def check_figures(case_id: str, rounds_s: tuple[float, ...], info: Mapping[str, Any]) -> None:
    """Raise ValueError for a figure of a measured case that its readers could not work with."""
    if not rounds_s:
        raise ValueError(f"no rounds for {case_id}")
    if not all(map(shapes.is_positive, rounds_s)):
        raise ValueError(f"a round of {case_id} took no finite time above 0")
    _check(shapes.FIGURES, info, case_id)
    n_utterances = len(info.get("utterances") or ())
    for name in ("errors", "hypotheses"):
        if info.get(name) is not None and len(info[name]) != n_utterances:
            raise ValueError(f"{name!r} of {case_id} are {len(info[name])} for {n_utterances} utterances")


def _check(figures: Mapping[str, shapes.Figure], values: Mapping[str, Any], owner: str) -> None:
    for name, figure in figures.items():
        value = values.get(name)
        try:
            is_sound = figure.is_sound(value)
        except (TypeError, KeyError, AttributeError, ValueError, OverflowError):
            is_sound = False
        if not is_sound:
            shown = repr(value)
            shown = shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}…"
            raise ValueError(f"{name!r} of {owner} is {shown}, not {figure.words}")
