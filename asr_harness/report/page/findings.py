"""What was concluded: claims, scaling laws, bottlenecks and advice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asr_harness.report import units
from asr_harness.report.page.markup import Html, badge, element, folded, items, section, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.report.advice import Advice, Choice
    from asr_harness.report.bottlenecks import Bottleneck
    from asr_harness.report.claims import Finding
    from asr_harness.report.scaling import Law

KINDS = {"holds": "good", "does not hold": "bad", "cannot be told": "unsure"}
BASELINE = "baseline"


def counted(findings: Sequence[Finding]) -> Html:
    """Say in one line how the claims stand."""
    found: Counter[str] = Counter(finding.answer.result for finding in findings)
    parts = [
        Html(f"{badge(result, kind)} {found[result]}") for result, kind in KINDS.items() if found[result]
    ]
    link = element("a", "the study's claims", href="#claims")
    return element("p", "Of ", link, ": ", Html(", ".join(parts)))


def claims_section(findings: Sequence[Finding]) -> Html:
    """Show each claim, its rule, its result and the numbers behind it."""
    return section(
        "claims",
        "Claims of the study",
        element(
            "p",
            "Each is tested against these runs alone, by its rule; only its words are the study's.",
        ),
        element("div", *map(_claim, findings), class_="claims"),
    )


def _claim(finding: Finding) -> Html:
    answer = finding.answer
    votes = [
        (vote.group, {True: "agrees", False: "contradicts", None: "either way"}[vote.value], vote.numbers)
        for vote in answer.votes
    ]
    numbers = (
        folded(f"numbers of {len(votes)} groups", table(("group", "says", "numbers"), votes)) if votes else ""
    )
    return element(
        "div",
        element("h3", f"{finding.key} ", badge(answer.result, KINDS[answer.result])),
        element("p", finding.text),
        element("p", f"{answer.detail}.", class_="detail"),
        element("p", element("em", "Rule: "), finding.rule, class_="soft"),
        numbers,
        class_="claim",
    )


def scaling_section(latency: Sequence[Law], memory: Sequence[Law]) -> Html:
    """Show the fitted lines: the baseline, and the variants folded."""
    return section(
        "scaling",
        "Scaling laws",
        element(
            "p",
            "Least squares with 95 % intervals (Student's t), which few points make wide.",
        ),
        element("h3", "Latency = fixed + marginal · audio"),
        _laws(latency, "s", "s per s of audio"),
        element("h3", "Memory = fixed + marginal · batch size"),
        _laws(memory, "MiB", "MiB per utterance"),
    )


def _laws(laws: Sequence[Law], fixed: str, marginal: str) -> Html:
    if not laws:
        return element(
            "p", "It takes three different lengths, or batch sizes, of one model.", class_="missing"
        )
    headers = (
        "model",
        "device",
        "variant",
        "at",
        f"fixed ({fixed})",
        f"marginal ({marginal})",
        "R²",
        "points",
    )
    rows = [
        (
            law.model,
            law.device,
            law.variant,
            law.held,
            f"{units.number(law.line.intercept)} ± {units.number(law.line.intercept_half, 2)}",
            f"{units.number(law.line.slope)} ± {units.number(law.line.slope_half, 2)}",
            f"{law.line.r_squared:.3f}",
            law.line.n_points,
        )
        for law in laws
    ]
    first = laws[0].held
    shown = [row for row in rows if row[2] == BASELINE and row[3] == first] or rows[:1]
    rest = [row for row in rows if row not in shown]
    more = folded(f"{len(rest)} more", table(headers, rest, numbers=4)) if rest else ""
    return element("div", table(headers, shown, numbers=4), more)


def bottlenecks_section(found: Sequence[Bottleneck]) -> Html:
    """Show what dominates each model."""
    rows = [(one.model, one.device, one.time, one.energy, one.bound, items(one.directions)) for one in found]
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


def advice_section(advice: Sequence[Advice]) -> Html:
    """Show the front of each use, and why the rest fell out."""
    return section(
        "advice",
        "Advice",
        element(
            "p", "For each use the cells within the limits that no other beats in all that was compared."
        ),
        *map(_one_advice, advice),
    )


def _one_advice(one: Advice) -> Html:
    front = items(map(_choice, one.front)) if one.front else element("p", "Nothing is within the limits.")
    rest = [(choice.case, choice.figures, choice.reason or "") for choice in one.rest]
    out = folded(f"{len(rest)} fell out", table(("case", "figures", "why"), rest)) if rest else ""
    return element(
        "div",
        element("h3", f"{one.use.key} on {one.device}: {one.use.what}"),
        element("p", f"Bucket {one.bucket}; compared: {one.compared}.", class_="soft"),
        front,
        out,
    )


def _choice(choice: Choice) -> Html:
    return Html(f"{element('code', choice.case)} {element('span', choice.figures)}")
