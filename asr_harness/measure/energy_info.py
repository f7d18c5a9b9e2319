"""What `extra_info` says of energy: joules of one pass over the slice, shared out, and what they rest on."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.measure.joules import EnergyFigure
    from asr_harness.types import StageName

COVERAGE = 2.0
"""Expanded uncertainty at about 95 % (GUM, 6.2.1)."""

EVIDENCE = ("source", "label", "step_s", "n_ticks", "n_works", "n_trials", "relative_uncertainty", "reason")


def energy_info(
    whole: EnergyFigure, stages: Mapping[StageName, EnergyFigure], *, n_utterances: int, audio_s: float
) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the values, and for each that is None the reason."""
    info = {
        "energy_j": whole.gross_j,
        "energy_per_utterance_j": _share(whole.gross_j, n_utterances),
        "energy_per_audio_s_j": _share(whole.gross_j, audio_s),
        "net_energy_j": whole.net_j,
        "dram_energy_j": whole.dram_j,
        "idle_power_w": whole.idle_power_w,
        "stage_energy_j": {name: figure.gross_j for name, figure in stages.items()},
        "stages_add_up": stages_add_up(whole, stages),
        "energy_evidence": {name: evidence(figure) for name, figure in _all(whole, stages).items()},
    }
    reasons = {name: _reason(name, whole) for name, value in info.items() if value is None}
    broken = {name: figure for name, figure in stages.items() if figure.gross_j is None}
    if "stages_add_up" in reasons:
        reasons["stages_add_up"] = _undecided(whole, stages)
    reasons |= {f"stage_energy_j.{name}": str(figure.reason) for name, figure in broken.items()}
    return info, reasons


def stages_add_up(whole: EnergyFigure, stages: Mapping[StageName, EnergyFigure]) -> bool | None:
    """Tell whether the stages' joules are the whole's within the expanded uncertainty of their difference.

    None where a figure or its uncertainty is missing.
    """
    terms = [*stages.values(), whole]
    uncertainties_j = [_uncertainty_j(figure) for figure in terms]
    known = [value for value in uncertainties_j if value is not None]
    if not stages or whole.gross_j is None or len(known) < len(terms):
        return None
    sum_j = sum(figure.gross_j for figure in stages.values() if figure.gross_j is not None)
    return abs(sum_j - whole.gross_j) <= COVERAGE * sqrt(sum(value**2 for value in known))


def evidence(figure: EnergyFigure) -> dict[str, Any]:
    """What a figure rests on: its source and label, how much was counted, and the device's states."""
    return {name: getattr(figure, name) for name in EVIDENCE} | {"states": [dict(s) for s in figure.states]}


def _uncertainty_j(figure: EnergyFigure) -> float | None:
    if figure.gross_j is None or figure.relative_uncertainty is None:
        return None
    return figure.gross_j * figure.relative_uncertainty


def _share(energy_j: float | None, among: float) -> float | None:
    return None if energy_j is None else energy_j / among


def _reason(name: str, whole: EnergyFigure) -> str:
    if whole.reason is not None:
        return whole.reason
    if name == "dram_energy_j":
        return f"{whole.source} does not count memory apart"
    return f"{whole.source} does not tell what the idle device uses"


def _undecided(whole: EnergyFigure, stages: Mapping[StageName, EnergyFigure]) -> str:
    if not stages:
        return "no stage was measured alone"
    missing = [name for name, figure in _all(whole, stages).items() if _uncertainty_j(figure) is None]
    return f"no figure with an uncertainty for {', '.join(missing)}; measure at least 2 valid trials of each"


def _all(whole: EnergyFigure, stages: Mapping[StageName, EnergyFigure]) -> dict[str, EnergyFigure]:
    return {"whole": whole} | {str(name): figure for name, figure in stages.items()}
