"""How a claim is decided: each group of cases votes, and enough of one kind settle it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

Result = Literal["holds", "does not hold", "cannot be told"]

ENOUGH = 0.75
TOO_MANY = 0.25
MIN_MODELS = 2


class Vote(NamedTuple):
    """What one group says of a claim: True, False, or None where its intervals allow either."""

    group: str
    value: bool | None
    numbers: str
    model: str = ""


class Answer(NamedTuple):
    """A result with the numbers behind it, or with what is missing."""

    result: Result
    detail: str
    votes: tuple[Vote, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimKind:
    """A claim, in the order of `rank`: its text, the rule that tests it, and the test.

    `of_study` says that it is the study's, and so left out of reports on other recognisers.
    """

    key: str
    rank: int
    text: str
    rule: str
    check: Callable[[pd.DataFrame], Answer]
    of_study: bool = False


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim and its answer."""

    key: str
    text: str
    rule: str
    answer: Answer


def decide(votes: Sequence[Vote], missing: str) -> Answer:
    """Let votes settle a claim.

    It holds if at least three quarters say so, and does not if more than a quarter contradict; else it
    cannot be told. Without votes, `missing` says what is missing.
    """
    if not votes:
        return Answer("cannot be told", missing)
    n, n_yes = len(votes), sum(vote.value is True for vote in votes)
    n_no = sum(vote.value is False for vote in votes)
    counted = f"{n_yes} of {n} groups agree, {n_no} contradict"
    result: Result = "cannot be told"
    if n_no > TOO_MANY * n:
        result = "does not hold"
    elif n_yes >= ENOUGH * n:
        result = "holds"
    return Answer(result, counted, tuple(votes))


def unless_missing(answer: Answer, missing: Sequence[str]) -> Answer:
    """Let a claim hold only where nothing that it speaks of is missing; what contradicts it stands."""
    if not missing:
        return answer
    lacking = f"missing: {', '.join(missing)}"
    result = answer.result if answer.result == "does not hold" else "cannot be told"
    return Answer(result, f"{answer.detail}; {lacking}" if answer.votes else lacking, answer.votes)


def unless_few(answer: Answer, least: int = MIN_MODELS, kind: str = "models") -> Answer:
    """Let what is said of models in general hold only where several of them vote."""
    n_models = len({vote.model for vote in answer.votes})
    return unless_missing(answer, [f"{least} {kind}"] if answer.votes and n_models < least else [])


def all_parts(named: Mapping[str, Answer]) -> Answer:
    """Join the answers to the parts of a claim: all must hold, and one that does not is enough."""
    results = {answer.result for answer in named.values()}
    joined: Result = "holds"
    if "does not hold" in results:
        joined = "does not hold"
    elif "cannot be told" in results:
        joined = "cannot be told"
    detail = "; ".join(f"{name}: {answer.detail}" for name, answer in named.items())
    return Answer(joined, detail, tuple(vote for answer in named.values() for vote in answer.votes))
