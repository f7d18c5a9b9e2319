"""The history of the saved format, and the way from each version to the newest.

- **1** (0.1.0): `extra_info` was one flat mapping for each case, with the case itself in it once more;
  `asr.outcomes` had every case with the name of its benchmark; utterances and errors were a mapping for each
  utterance; rates and latency were stored beside what they are computed from.
- **2** (0.2.0): `extra_info` is a `CaseResult` (speed, work, memory, energy, quality, utterances,
  fingerprints) beside a flat copy of its metrics for people and notebooks, which nothing reads back;
  utterances and errors are columns; a case stands once, in `asr.cases`. Latency is the device clock's, from
  `speed.batch_latency_s`. `asr.session_id` tells two files of one session from two runs. A journal's lines
  say their version; its header has all that must be alike to resume, its entries a `CaseResult`.

A file of an earlier version is brought to the newest when it is read, and never rewritten. Names of earlier
versions stand in this file alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeGuard

from asr_harness.errors import RecordError
from asr_harness.schema.energy import EnergyMeasurement
from asr_harness.schema.memory import Memory
from asr_harness.schema.part import shown
from asr_harness.schema.work import Work

VERSION = 2

Json = dict[str, Any]

REASONS = {
    "energy_j": "energy",
    "net_energy_j": "energy.net_j",
    "dram_energy_j": "energy.dram_j",
    "idle_power_w": "energy.idle_power_w",
    "stages_add_up": "energy.stages_add_up",
}


class TooNewError(RecordError):
    """A file was saved by a later version than this one."""


def to_newest(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Bring the content of a saved file to the newest version. Raises RecordError where its version cannot be
    told.
    """
    block = content["asr"]
    if not isinstance(block, dict):
        raise RecordError(f"the `asr` block is {shown(block)}, not values by name")
    version = block.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RecordError(
            f"schema_version of the `asr` block is {shown(version)}, not a whole number above 0"
        )
    if version > VERSION:
        raise TooNewError(f"{name} has schema version {version}; this asr-harness knows {VERSION}: update it")
    return content if version == VERSION else _file_from_1(content, block)


def result_from_1(info: object) -> object:
    """Give version 1's `extra_info` as a CaseResult; what has another shape is left to be refused."""
    if not isinstance(info, dict):
        return info
    case = info.get("case")
    return {
        "family": case.get("family") if isinstance(case, dict) else case,
        "n_utterances": info.get("n_utterances"),
        "audio_s": info.get("audio_s"),
        "utterances": _utterances(info.get("utterances") or []),
        "speed": {name: info.get(name) for name in ("batch_latency_s", "stage_s", "calibration_s")},
        "work": {field.name: info[field.name] for field in fields(Work) if info.get(field.name) is not None},
        "memory": {
            field.name: info[field.name] for field in fields(Memory) if info.get(field.name) is not None
        },
        "energy": _energy(info),
        "quality": _quality(info),
        "fingerprints": info.get("fingerprints") or {},
        "reasons": _reasons(info.get("reasons") or {}),
    }


def journal_header_from_1(header: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give version 1's header of a journal; what it did not note stays empty."""
    plan = ("data", "weights", "n_utterances", "time_s", "energy")
    return {
        "conditions": {
            "tests": header.get("cases"),
            "profile": header.get("profile"),
            "commit": header.get("commit"),
            "plan": {name: header.get(name) for name in plan},
        }
    }


def journal_entry_from_1(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give version 1's line of a journal."""
    is_measured = entry.get("outcome") == "measured"
    return {
        "test_id": entry.get("case_id"),
        "outcome": entry.get("outcome"),
        "reason": entry.get("reason"),
        "rounds_s": entry.get("rounds_s"),
        "result": result_from_1(entry.get("extra_info")) if is_measured else None,
    }


def _file_from_1(content: Mapping[str, Any], block: Json) -> Json:
    outcomes = block.get("outcomes")
    benchmarks = content.get("benchmarks")
    measured = _names_of_measured(outcomes)
    return {
        **content,
        "benchmarks": [_benchmark_from_1(one, measured) for one in benchmarks]
        if isinstance(benchmarks, list)
        else benchmarks,
        "asr": {
            "schema_version": VERSION,
            "cases": [_case_from_1(outcome) for outcome in outcomes]
            if isinstance(outcomes, list)
            else outcomes,
            **{name: block[name] for name in ("profile", "session", "environment") if name in block},
            **{name: block[name] for name in ("plan", "peaks", "judgement") if block.get(name) is not None},
        },
    }


def _names_of_measured(outcomes: object) -> set[object]:
    if not isinstance(outcomes, list):
        return set()
    return {one["name"] for one in outcomes if isinstance(one, dict) and isinstance(one.get("name"), str)}


def _case_from_1(outcome: object) -> object:
    if not isinstance(outcome, dict):
        return outcome
    found = {"case": outcome.get("case"), "outcome": outcome.get("outcome"), "reason": outcome.get("reason")}
    return found | {"test_id": outcome.get("name")}


def _benchmark_from_1(benchmark: object, measured: set[object]) -> object:
    # Other benchmarks of the same session are nobody's to migrate.
    name = benchmark.get("fullname") if isinstance(benchmark, dict) else None
    if not isinstance(benchmark, dict) or not isinstance(name, str) or name not in measured:
        return benchmark
    return {**benchmark, "extra_info": result_from_1(benchmark.get("extra_info"))}


def _reasons(reasons: object) -> object:
    if not isinstance(reasons, dict):
        return reasons
    return {REASONS.get(name, name): reason for name, reason in reasons.items()}


def _utterances(listed: object) -> object:
    if not _are_mappings(listed):
        return listed
    ids, talks = ([one.get(name) for one in listed] for name in ("id", "talk"))
    lengths_s = [one.get("audio_s") for one in listed]
    return {"ids": ids, "talks": talks, "audio_s": [] if None in lengths_s else lengths_s}


def _energy(info: Json) -> object:
    evidence = info.get("energy_evidence") or {}
    joules = info.get("stage_energy_j") or {}
    if not isinstance(evidence, dict) or not isinstance(joules, dict):
        return {"whole": evidence, "stages": joules}
    reasons = info.get("reasons")
    why = reasons.get("energy_j") if isinstance(reasons, dict) else None
    whole = _measurement(evidence.get("whole"), why)
    if isinstance(whole, dict):
        gross_j, per_utterance_j, n = (
            info.get(name) for name in ("energy_j", "energy_per_utterance_j", "n_utterances")
        )
        if gross_j is None and isinstance(per_utterance_j, int | float) and isinstance(n, int):
            gross_j = per_utterance_j * n
        whole |= {"gross_j": gross_j, "net_j": info.get("net_energy_j"), "dram_j": info.get("dram_energy_j")}
        whole |= {"idle_power_w": info.get("idle_power_w")}
    stages = {stage: _measurement(evidence.get(stage), None) for stage in joules}
    for stage, value in joules.items():
        if isinstance(one := stages[stage], dict):
            one["gross_j"] = value
    return {"whole": whole, "stages": stages, "stages_add_up": info.get("stages_add_up")}


def _measurement(evidence: object, why: object) -> object:
    if evidence is None:
        return {"source": "none", "label": "unmeasured", "reason": why}
    if not isinstance(evidence, dict):
        return evidence
    known = {field.name for field in fields(EnergyMeasurement)}
    found: Json = {name: value for name, value in evidence.items() if name in known}
    return {"source": "none", "label": "unmeasured", "reason": why} | found


def _quality(info: Json) -> Json:
    found: Json = {"hypotheses": info.get("hypotheses"), "errors": _errors(info.get("errors"))}
    repeat = info.get("transcripts_repeat")
    return found if repeat is None else found | {"transcripts_repeat": repeat}


def _errors(listed: object) -> object:
    if listed is None or not _are_mappings(listed):
        return listed
    raw_words = [one.get("raw_words") for one in listed]
    return {
        "words": _counts([one.get("words") for one in listed]),
        "characters": _counts([one.get("characters") for one in listed]),
        "raw_words": None if None in raw_words else _counts(raw_words),
        "alignments": [one.get("alignment", "") for one in listed],
    }


def _counts(listed: list[Any]) -> object:
    if not _are_mappings(listed):
        return listed
    names = ("hits", "substitutions", "deletions", "insertions")
    return {name: [one.get(name) for one in listed] for name in names}


def _are_mappings(listed: object) -> TypeGuard[list[Json]]:
    return isinstance(listed, list) and all(isinstance(one, dict) for one in listed)
