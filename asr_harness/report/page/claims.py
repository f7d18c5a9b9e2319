"""The study's claims, and how these runs answer them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.report.page.markup import Html, badge, element, folded, section, table
from asr_harness.report.study import CITATION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.report.claims import ClaimResult

KINDS = {"holds": "good", "does not hold": "bad", "cannot be told": "unsure"}
SINGLE = (
    "Of a single run: {cases}. Such intervals are of its rounds, narrower than those between runs would be, "
    "and make a claim look more certain than it is."
)


def standing(claims: Sequence[ClaimResult]) -> Html:
    """Say in one line how the claims stand; nothing where there are none."""
    if not claims:
        return Html("")
    counts: Counter[str] = Counter(claim.answer.result for claim in claims)
    parts = [
        Html(f"{badge(result, kind)} {counts[result]}") for result, kind in KINDS.items() if counts[result]
    ]
    return element("p", Html(", ".join(parts)))


def claims_section(claims: Sequence[ClaimResult], n_single: int = 0) -> Html:
    """Show each claim, its rule, its result and the numbers behind it; nothing where there are none."""
    if not claims:
        return Html("")
    return section(
        "claims",
        "Claims of the study",
        standing(claims),
        element(
            "p",
            "Each is tested against these runs alone, by its rule; only its words are the study's.",
        ),
        element("p", CITATION, class_="soft"),
        element("p", SINGLE.format(cases=counted(n_single, "case")), class_="soft") if n_single else "",
        element("div", *map(_claim, claims), class_="claims"),
    )


def _claim(claim: ClaimResult) -> Html:
    answer = claim.answer
    votes = [
        (vote.group, {True: "agrees", False: "contradicts", None: "either way"}[vote.value], vote.numbers)
        for vote in answer.votes
    ]
    numbers = (
        folded(f"numbers by group: {len(votes)}", table(("group", "says", "numbers"), votes)) if votes else ""
    )
    return element(
        "div",
        element("h3", f"{claim.key} ", badge(answer.result, KINDS[answer.result])),
        element("p", claim.text),
        element("p", f"{answer.detail}.", class_="detail"),
        element("p", element("em", "Rule: "), claim.rule, class_="soft"),
        numbers,
        class_="claim",
    )
