"""What was concluded: claims and scaling laws."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.page.markup import Html, badge, element, folded, section, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.report.claims import Finding
    from asr_harness.report.scaling import Law
    from asr_harness.stats import FittedLine

KINDS = {"holds": "good", "does not hold": "bad", "cannot be told": "unsure"}
BASELINE = "baseline"
SINGLE = (
    "{n} cases have a single run: their intervals are of its rounds, narrower than those between runs would "
    "be, and make a claim look more certain than it is."
)


def counted(findings: Sequence[Finding]) -> Html:
    """Say in one line how the claims stand."""
    found: Counter[str] = Counter(finding.answer.result for finding in findings)
    parts = [
        Html(f"{badge(result, kind)} {found[result]}") for result, kind in KINDS.items() if found[result]
    ]
    link = element("a", "the study's claims", href="#claims")
    return element("p", "Of ", link, ": ", Html(", ".join(parts)))


def claims_section(findings: Sequence[Finding], n_single: int = 0) -> Html:
    """Show each claim, its rule, its result and the numbers behind it."""
    return section(
        "claims",
        "Claims of the study",
        element(
            "p",
            "Each is tested against these runs alone, by its rule; only its words are the study's.",
        ),
        element("p", SINGLE.format(n=n_single), class_="soft") if n_single else "",
        element("div", *map(_claim, findings), class_="claims"),
    )


def _claim(finding: Finding) -> Html:
    answer = finding.answer
    votes = [
        (vote.group, {True: "agrees", False: "contradicts", None: "either way"}[vote.value], vote.numbers)
        for vote in answer.votes
    ]
    numbers = (
        folded(f"numbers by group: {len(votes)}", table(("group", "says", "numbers"), votes)) if votes else ""
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
        words = "It takes three different lengths, or batch sizes, of one model."
        return element("p", words, class_="missing")
    named = ("model", "device", "variant", "at")
    headers = (*named, f"fixed ({fixed})", f"marginal ({marginal})", "R²", "points")
    rows = [(law.model, law.device, law.variant, law.held, *_numbers(law.line)) for law in laws]
    first = laws[0].held
    shown = [row for row in rows if row[2] == BASELINE and row[3] == first] or rows[:1]
    rest = [row for row in rows if row not in shown]
    more = folded(f"{len(rest)} more", table(headers, rest, numbers=len(named))) if rest else ""
    return element("div", table(headers, shown, numbers=len(named)), more)


def _numbers(line: FittedLine) -> tuple[str, ...]:
    return (
        f"{units.number(line.intercept)} ± {units.number(line.intercept_half, 2)}",
        f"{units.number(line.slope)} ± {units.number(line.slope_half, 2)}",
        f"{line.r_squared:.3f}",
        str(line.n_points),
    )
