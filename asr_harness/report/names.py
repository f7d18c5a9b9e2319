"""Names of cases as people read them: what all have in common is written once, above them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CASE = re.compile(
    r"(?P<model>.+)-(?P<device>[^-]+)-(?P<bucket>[^-]+)-(?P<batch>b\d+)-(?P<variant>.+)|"
    r"(?P<row_model>.+)-(?P<row_device>[^-]+)-\*-(?P<row_variant>.+)"
)
AXES = ("model", "device", "bucket", "batch", "variant")
USUAL = "baseline"
ANY = "*"

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShortNames:
    """`shared` is what all have in common, such as `cpu, baseline`; `short` the rest of each name."""

    shared: str
    short: Mapping[str, str]


def parts_of(case_id: str) -> Parts | None:
    """Split the id of a case, or of a model's row, whose bucket and batch are then `*`; None for neither."""
    match = CASE.fullmatch(case_id)
    if match is None:
        return None
    if is_model(case_id) and match["row_model"]:
        return match["row_model"], match["row_device"], ANY, ANY, match["row_variant"]
    return tuple(match[axis] for axis in AXES) if match["model"] else None


def is_model(case_id: str) -> bool:
    """Whether a row stands for all cases of a model."""
    return f"-{ANY}-" in case_id


def group_of(case_id: str) -> str | None:
    """Give the id of the model's row that a case belongs to, as `Case.group` does; None for a row itself."""
    parts = parts_of(case_id)
    if parts is None or is_model(case_id):
        return None
    model, device, *_, variant = parts
    return f"{model}-{device}-{ANY}-{variant}"


def spoken(case_id: str) -> str:
    """Name a case, or a model, within a sentence."""
    parts = parts_of(case_id)
    if parts is None:
        return case_id
    model, device, bucket, batch, variant = parts
    slice_ = "" if bucket == ANY else f", {bucket} {batch}"
    return f"{model} on {device}{slice_}" + ("" if variant == USUAL else f", {variant}")


def short_names(case_ids: Iterable[str]) -> ShortNames:
    """Take out what all of several names have in common; a single name stays whole."""
    known = {case_id: parts_of(case_id) for case_id in dict.fromkeys(case_ids)}
    split = [parts for parts in known.values() if parts is not None]
    if len(known) < 2 or len(split) < len(known):  # noqa: PLR2004
        return ShortNames("", {case_id: case_id for case_id in known})
    # A model's row is of every bucket and batch size: what its cases have is not what all have in common.
    constant = [len({parts[i] for parts in split}) <= 1 for i in range(len(AXES))]
    shared = [split[0][i] for i in range(len(AXES)) if constant[i] and split[0][i] != ANY]
    short = {case_id: _rest(parts, constant) for case_id, parts in known.items() if parts is not None}
    if len(set(short.values())) < len(short):
        return ShortNames("", {case_id: case_id for case_id in known})
    return ShortNames(", ".join(shared), short)


def _rest(parts: Parts, constant: list[bool]) -> str:
    kept = [part for part, is_constant in zip(parts, constant, strict=True) if not is_constant]
    if ANY in parts:
        kept = [*(part for part in kept if part != ANY)] or ["all"]
        return "-".join(kept) if kept == ["all"] else f"{'-'.join(kept)} (all)"
    return "-".join(kept)
