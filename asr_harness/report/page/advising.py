"""What to do: the bottleneck of each model, and which cases to take for each use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.directions import rule
from asr_harness.report.page.claims import KINDS
from asr_harness.report.page.markup import Html, badge, element, folded, items, section, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.report.advice import Advice, Choice
    from asr_harness.report.bottlenecks import Bottleneck
    from asr_harness.report.directions import Direction


def bottlenecks_section(bottlenecks: Sequence[Bottleneck]) -> Html:
    """Show what dominates each model."""
    rows = [(b.model, b.device, b.time, b.energy, b.bound, items(b.directions)) for b in bottlenecks]
    headers = ("model", "device", "time goes to", "energy goes to", "bound by", "what could help")
    return section(
        "bottlenecks",
        "Bottlenecks",
        element(
            "p",
            "Baseline at the smallest batch size. What could help follows from stage and bound, untried.",
        ),
        table(headers, rows),
    )


def advice_section(advice: Sequence[Advice], directions: Sequence[Direction] = ()) -> Html:
    """Show the front of each use, why the rest fell out, and which directions of optimisation pay."""
    return section(
        "advice",
        "Advice",
        element(
            "p",
            "For each use the cases within the limits that no other beats in all that was compared, by their "
            "figures alone: near ones may change places in another run.",
        ),
        *map(_for_use, advice),
        _directions(directions) if directions else "",
    )


def _directions(directions: Sequence[Direction]) -> Html:
    """Show each direction as a claim with its answer; what pays comes first."""
    ordered = sorted(directions, key=lambda one: list(KINDS).index(one.answer))
    rows = [
        (
            one.model,
            one.device,
            one.variant,
            badge(one.answer, KINDS[one.answer]),
            one.detail,
            str(one.n_runs),
        )
        for one in ordered
    ]
    return element(
        "div",
        element("h3", "Directions of optimisation: does it pay?"),
        element("p", element("em", "Rule: "), rule(), class_="soft"),
        table(("model", "device", "direction", "it pays", "against the baseline", "runs"), rows),
    )


def _for_use(advice: Advice) -> Html:
    front = (
        items(map(_choice, advice.front)) if advice.front else element("p", "Nothing is within the limits.")
    )
    rest = [(choice.case, choice.figures, choice.reason or "") for choice in advice.rest]
    out = folded(f"{len(rest)} fell out", table(("case", "figures", "why"), rest)) if rest else ""
    return element(
        "div",
        element("h3", f"{advice.use.key} on {advice.device}: {advice.use.what}"),
        element("p", f"Bucket {advice.bucket}; compared: {advice.compared}.", class_="soft"),
        front,
        out,
    )


def _choice(choice: Choice) -> Html:
    return Html(f"{element('code', choice.case)} {element('span', choice.figures)}")
