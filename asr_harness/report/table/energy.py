"""Joules shared out, and what they rest on (see docs/energy.md)."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from asr_harness.report.table.column import Column, ColumnGroup, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asr_harness.schema import CaseResult, EnergyMeasurement

COLUMNS = {
    "energy_per_audio_s_j": Column("number", "gross joules per second of audio"),
    "net_energy_per_utterance_j": Column(
        "number", "joules of an utterance, less what idling would have cost"
    ),
    "energy_uncertainty": Column("number", "relative standard uncertainty of the joules"),
    "energy_label": Column("text", "measured, estimated or unmeasured"),
    "energy_source": Column("text", "the counter"),
    "energy_reason": Column("text", "why there are no joules"),
    "preprocess_energy_j": Column("number", "gross joules of an utterance in preprocessing alone"),
    "encode_energy_j": Column("number", "the same in the encoder alone"),
    "decode_energy_j": Column("number", "the same in the decoder alone"),
    "stage_energy_uncertainty": Column("number", "relative standard uncertainty of the stages' sum"),
}


def read(result: CaseResult) -> Row:
    """Give the joules of the whole pass and of its stages, by utterance and by second of audio."""
    whole, n = result.energy.whole, result.n_utterances
    stages_j = {stage: measurement.gross_j for stage, measurement in result.energy.stages.items()}
    return {
        "energy_per_audio_s_j": None if whole.gross_j is None else whole.gross_j / result.audio_s,
        "net_energy_per_utterance_j": None if whole.net_j is None else whole.net_j / n,
        "energy_uncertainty": whole.relative_uncertainty,
        "energy_label": whole.label,
        "energy_source": whole.source,
        "energy_reason": whole.reason or result.reasons.get("energy"),
        **{f"{stage}_energy_j": value / n for stage, value in stages_j.items() if value is not None},
        "stage_energy_uncertainty": _uncertainty_of_sum(result.energy.stages.values()),
    }


def _uncertainty_of_sum(measurements: Iterable[EnergyMeasurement]) -> float | None:
    """Relative uncertainty of a sum of independent joules; None where one of them has none."""
    pairs = [(measurement.gross_j, measurement.relative_uncertainty) for measurement in measurements]
    known = [(joules, share) for joules, share in pairs if joules is not None and share is not None]
    sum_j = sum(joules for joules, _ in known)
    if len(known) < len(pairs) or not sum_j:
        return None
    return sqrt(sum((joules * share) ** 2 for joules, share in known)) / sum_j


GROUP = ColumnGroup("Energy, in detail", COLUMNS, read)
