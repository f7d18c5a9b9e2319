"""What a chart shows, in words for who cannot see it: its axes, and each model's span on the upright one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.counting import counted
from asr_harness.metrics import units

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_NAMED = 8


def describe(title: str, spec: Mapping[str, Any]) -> str:
    """Describe a Vega-Lite chart by its data."""
    found = next(_axes(spec), None)
    values = _values(spec)
    if found is None or not values:
        return title
    x, y = found
    if all("said" in value for value in values):
        return f"{title}: " + "; ".join(f"{value['row']} {value['said']}" for value in values)
    number = x if y.get("type") == "nominal" else y
    other = y if number is x else x
    against = f" against {_title(other)}" if other.get("type") != "nominal" else ""
    return f"{title}: {_title(number)}{against}; {'; '.join(_spans(values, number['field']))}"


def _axes(spec: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Give x and y of each layer that has a column on both."""
    encoding = spec.get("encoding", {})
    x, y = encoding.get("x", {}), encoding.get("y", {})
    # An interval's ends are worked out by the chart, and stand in no row of its data.
    if "field" in x and "field" in y and not (x["field"].endswith("_") or y["field"].endswith("_")):
        yield x, y
    for layer in spec.get("layer", ()):
        yield from _axes(layer)


def _values(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = spec.get("data", {})
    held = data.get("values") or spec.get("datasets", {}).get(data.get("name"))
    if held:
        return list(held)
    inner = (_values(layer) for layer in reversed(spec.get("layer", ())))
    return next((values for values in inner if values), [])


def _title(channel: Mapping[str, Any]) -> str:
    return str(channel.get("title") or channel["field"])


def _spans(values: Sequence[Mapping[str, Any]], field: str) -> list[str]:
    spans: dict[str, list[float]] = {}
    for value in values:
        if isinstance(value.get(field), int | float):
            spans.setdefault(str(value.get("model", "all")), []).append(value[field])
    said = [f"{model} {_span(min(known), max(known))}" for model, known in spans.items()]
    more = len(said) - MOST_NAMED
    return [*said[:MOST_NAMED], *([f"and {counted(more, 'more model')}"] if more > 0 else [])] or [
        "no values"
    ]


def _span(low: float, high: float) -> str:
    return units.number(low) if low == high else f"{units.number(low)} to {units.number(high)}"
