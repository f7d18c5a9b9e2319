"""What a saved run's readers take for granted of its parts: each figure in words, and as a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from math import fsum, isnan
from typing import Any, NamedTuple

from asr_harness.types import STAGES, Case

AXES = tuple(field.name for field in fields(Case))
BEYOND_ANY_FIGURE = 1e100
"""So large, and its inverse so small, that squares and ratios would leave what floats can hold."""
COUNTS = {"hits", "substitutions", "deletions", "insertions"}


class Figure(NamedTuple):
    """What a figure is to be, in words and as a test; a test that fails by an error of Python's says no."""

    words: str
    is_sound: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) < BEYOND_ANY_FIGURE


def is_positive(value: Any) -> bool:
    """Whether a value is a number above 0 that one can calculate with."""
    return _is_number(value) and value > 1 / BEYOND_ANY_FIGURE


def _is_rate(value: Any) -> bool:
    return _is_number(value) or (isinstance(value, float) and isnan(value))


def is_count(value: Any) -> bool:
    """Whether a value is a whole number above 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_list_of_mappings(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_mapping, value))


def _are_benchmarks(value: Any) -> bool:
    return _is_list_of_mappings(value) and all(_is_text(one["fullname"]) for one in value)


def _is_time(value: Any) -> bool:
    return bool(datetime.fromisoformat(value))


def _is_judgement(value: Any) -> bool:
    return isinstance(value.get("regressions", []), list)


def _is_plan(value: Any) -> bool:
    return isinstance(value.get("variants") or {}, Mapping)


def _are_seconds(values: Any) -> bool:
    return len(values) > 0 and _is_number(fsum(values))


def _may_be_rounds(values: Any) -> bool:
    # Whether they are finite and above 0 is asked of them in particular.
    return all(isinstance(value, float) or _is_number(value) for value in values)


def _are_paces(values: Any) -> bool:
    return len(values) > 0 and all(map(is_positive, values))


def _none_below_0(values: Any) -> bool:
    return all(_is_number(value) and value >= 0 for value in values.values())


def _are_numbers(values: Any) -> bool:
    return all(value is None or _is_number(value) for value in values.values())


def _is_environment(value: Any) -> bool:
    parts = (value, value.get("versions", {}), *(value.get("gpus") or ()))
    return all(isinstance(part, Mapping) for part in parts)


def _is_evidence(value: Any) -> bool:
    return isinstance(value.get("whole") or {}, Mapping)


def _are_roofs(value: Any) -> bool:
    return all({"intensity", "share", "bound"} <= roof.keys() for roof in value.values())


def _are_stages(value: Any) -> bool:
    return all(_are_seconds(value[stage]) for stage in STAGES) and len({*map(len, value.values())}) == 1


def _are_errors(value: Any) -> bool:
    return all(_are_counts(utterance[what]) for utterance in value for what in ("words", "characters"))


def _are_counts(value: Any) -> bool:
    return value.keys() == COUNTS and all(
        isinstance(n, int) and 0 <= n < BEYOND_ANY_FIGURE for n in value.values()
    )


def _are_peaks(value: Any) -> bool:
    return all(
        _are_numbers(peak["flops_per_s"]) and _is_number(peak["bytes_per_s"]) for peak in value.values()
    )


def _or_none(words: str, is_sound: Callable[[Any], bool]) -> Figure:
    return Figure(f"{words}, or null", lambda value: value is None or is_sound(value))


NUMBER = _or_none("a number", _is_number)
NUMBERS = _or_none("numbers by name", _are_numbers)
NAMED = _or_none("values by name", _is_mapping)
TEXT = Figure("a text", _is_text)
ABOVE_0 = Figure("a number above 0", is_positive)

FIGURES = {
    "case": Figure("the case with its family", lambda value: isinstance(value["family"], str)),
    "n_utterances": ABOVE_0,
    "audio_s": ABOVE_0,
    "utterances": Figure("ids and talks", lambda value: all({"id", "talk"} <= one.keys() for one in value)),
    "batch_latency_s": Figure(
        "seconds for each round", lambda value: len(value) > 0 and all(map(_are_seconds, value))
    ),
    "stage_s": Figure("seconds for each stage and round", _are_stages),
    "calibration_s": Figure("seconds above 0 for each round", _are_paces),
    **dict.fromkeys(("flops", "operators"), _or_none("counts by name", _none_below_0)),
    **dict.fromkeys(("useful_flops", "n_passes", "stage_energy_j"), NUMBERS),
    **dict.fromkeys(("n_tokens", "padding_fraction", "n_parameters", "weight_bytes", "cache_bytes"), NUMBER),
    **dict.fromkeys(("peak_resident_bytes", "peak_allocated_bytes", "peak_reserved_bytes"), NUMBER),
    **dict.fromkeys(("energy_per_utterance_j", "energy_per_audio_s_j", "net_energy_j"), NUMBER),
    **dict.fromkeys(("wer", "wer_raw", "cer"), _or_none("a rate", _is_rate)),
    **dict.fromkeys(("reasons", "fingerprints"), NAMED),
    "energy_evidence": _or_none("evidence by name", _is_evidence),
    "roofline": _or_none("roofs by stage", _are_roofs),
    "errors": _or_none("counts for each utterance", _are_errors),
    "hypotheses": _or_none("texts", lambda value: all(isinstance(text, str) for text in [*value])),
}
"""Those that are not listed are nobody's to calculate with."""

FILE = {"asr": Figure("values by name", _is_mapping)}
VERSION = {"schema_version": Figure("a whole number above 0", is_count)}
LISTS = {
    "benchmarks": Figure("a list of benchmarks with a fullname", _are_benchmarks),
    "commit_info": NAMED,
    "datetime": _or_none("a time as ISO 8601 has it", _is_time),
}
OUTCOME_LIST = {"outcomes": Figure("a list of outcomes", _is_list_of_mappings)}
OUTCOME = {
    "name": TEXT,
    "case": Figure(f"a case of {', '.join(AXES)}", lambda value: value.keys() == set(AXES)),
}
BENCHMARK = dict.fromkeys(("stats", "extra_info"), Figure("values by name", _is_mapping))
ROUNDS = {"data": Figure("seconds for each round", _may_be_rounds)}

BLOCK = {
    "environment": Figure("a description of the machine", _is_environment),
    "plan": _or_none("a plan with variants by name", _is_plan),
    "judgement": _or_none("a judgement with a list of regressions", _is_judgement),
    "peaks": _or_none("speeds by device", _are_peaks),
}

COMMIT = dict.fromkeys(("id", "branch"), _or_none("a text", _is_text))
