"""Per model and device: the stage that dominates time and energy, the bound it is at, and what could help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.comparable import comparable_groups, with_origin
from asr_harness.report.pooled import measured
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    import pandas as pd

NEAR_ROOF = 0.5
MUCH_PADDING = 0.3

FEWER_OPERATIONS = "quantisation, pruning or distillation of the encoder"
FEWER_BYTES = "quantised or half-precision weights: each step reads them all"
CHEAPER_DECODER = (
    "a cheaper decoder: fewer layers (distillation), smaller beam, smaller max_new_tokens, early stopping"
)
LARGER_BATCH = "moderate batches (4 to 16), so that weights are read once for several utterances"
LESS_OVERHEAD = "less overhead: larger batches, a compiled encoder, half precision; the roof is far"
LESS_PADDING = "less padding: batches of like length, or an encoder that takes less than its full window"
FASTER_FEATURES = "features computed on the device, or while the last batch runs"


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """What dominates one model on one device, in words."""

    model: str
    device: str
    time: str
    energy: str
    bound: str
    directions: tuple[str, ...]


def bottlenecks(cases: pd.DataFrame) -> tuple[Bottleneck, ...]:
    """Judge each model and device by its baseline cases at the smallest batch, or any variant without one."""
    done = measured(cases)
    judged = []
    for (model, device), origin, rows in comparable_groups(done, ["model", "device"]):
        usual = rows[rows["variant"] == "baseline"]
        chosen = usual if len(usual) else rows
        smallest = chosen[chosen["batch_size"] == chosen["batch_size"].min()]
        judged.append(_judge(model, with_origin(device, origin), smallest))
    return tuple(judged)


def _judge(model: str, device: str, rows: pd.DataFrame) -> Bottleneck:
    stage = max(STAGES, key=lambda name: rows[f"{name}_share"].median())
    low, high = rows[f"{stage}_share_low"].min(), rows[f"{stage}_share_high"].max()
    bound = None
    if stage != "preprocess" and rows[f"{stage}_bound"].notna().any():
        bound = str(rows[f"{stage}_bound"].mode().iloc[0])
    reached = rows[f"{stage}_roof_share"].median() if bound else None
    return Bottleneck(
        model,
        device,
        f"{stage}, {units.percent_range(low, high, 0)} over buckets",
        _energy(rows),
        _bound(bound, reached),
        tuple(_directions(stage, bound, reached, rows)),
    )


def _bound(bound: str | None, reached: float | None) -> str:
    if bound is None or reached is None:
        return "not known"
    if not reached <= 1:  # the table leaves out a share above 1
        return f"{bound}; above its roof, so that the peaks are too low to tell how near it is"
    return f"{bound}, {units.percent(reached, 0)} of its roof"


def _energy(rows: pd.DataFrame) -> str:
    stages_j = {stage: rows[f"{stage}_energy_j"].median() for stage in STAGES}
    known = rows[[f"{stage}_energy_j" for stage in STAGES]].notna().all(axis=None)
    if not known:
        return "not measured by stage"
    stage = max(stages_j, key=lambda name: stages_j[name])
    return f"{stage}, {units.percent(stages_j[stage] / sum(stages_j.values()), 0)}"


def _directions(stage: str, bound: str | None, reached: float | None, rows: pd.DataFrame) -> list[str]:
    if stage == "preprocess":
        return [FASTER_FEATURES]
    far = reached is not None and reached < NEAR_ROOF
    directions = [LESS_OVERHEAD] if far and bound == "arithmetic" else []
    if stage == "decode":
        directions += [CHEAPER_DECODER, *([FEWER_BYTES] if bound == "memory" else []), LARGER_BATCH]
    else:
        directions += [FEWER_OPERATIONS]
        if rows["padding_fraction"].median() > MUCH_PADDING:
            directions.append(LESS_PADDING)
    return directions
