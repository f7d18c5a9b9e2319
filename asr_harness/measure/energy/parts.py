"""Joules as they are saved: of the whole pass and of its stages, whether these add up, and why if not."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from asr_harness.schema import Energy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.schema import EnergyMeasurement, StageName

COVERAGE = 2.0
"""Expanded uncertainty at about 95 % (GUM, 6.2.1)."""


def energy_part(
    whole: EnergyMeasurement, stages: Mapping[StageName, EnergyMeasurement]
) -> tuple[Energy, dict[str, str]]:
    """Give the joules, and for each value that is None the reason."""
    part = Energy(whole, dict(stages), stages_add_up(whole, stages))
    reasons = _whole_reasons(whole)
    reasons |= {
        f"energy.stages.{stage}": str(measurement.reason)
        for stage, measurement in stages.items()
        if measurement.gross_j is None
    }
    if part.stages_add_up is None:
        reasons["energy.stages_add_up"] = _undecided(whole, stages)
    return part, reasons


def stages_add_up(whole: EnergyMeasurement, stages: Mapping[StageName, EnergyMeasurement]) -> bool | None:
    """Tell whether the stages' joules are the whole's within the expanded uncertainty of their difference.

    None where a value or its uncertainty is missing.
    """
    terms = [*stages.values(), whole]
    uncertainties_j = [value for value in map(_uncertainty_j, terms) if value is not None]
    if not stages or whole.gross_j is None or len(uncertainties_j) < len(terms):
        return None
    sum_j = sum(stage.gross_j for stage in stages.values() if stage.gross_j is not None)
    return abs(sum_j - whole.gross_j) <= COVERAGE * sqrt(sum(value**2 for value in uncertainties_j))


def _uncertainty_j(measurement: EnergyMeasurement) -> float | None:
    if measurement.gross_j is None or measurement.relative_uncertainty is None:
        return None
    return measurement.gross_j * measurement.relative_uncertainty


def _whole_reasons(whole: EnergyMeasurement) -> dict[str, str]:
    if whole.gross_j is None:
        return dict.fromkeys(("energy", "energy.net_j", "energy.dram_j"), str(whole.reason))
    no_idling = f"{whole.source} does not tell what the idle device uses"
    reasons = {
        "energy.net_j": no_idling,
        "energy.idle_power_w": no_idling,
        "energy.dram_j": f"{whole.source} does not count memory apart",
    }
    return {name: why for name, why in reasons.items() if getattr(whole, name.split(".")[1]) is None}


def _undecided(whole: EnergyMeasurement, stages: Mapping[StageName, EnergyMeasurement]) -> str:
    if whole.gross_j is None:
        return str(whole.reason)
    if not stages:
        return "no stage was measured alone"
    named = {"whole": whole} | {str(stage): measurement for stage, measurement in stages.items()}
    missing = [name for name, measurement in named.items() if _uncertainty_j(measurement) is None]
    return f"no joules with an uncertainty for {', '.join(missing)}; measure at least 2 valid trials of each"
