"""How to judge, from `[tool.asr-harness]` of pyproject.toml and the command line together.

Rules of both hold. The keys are `fail-on` and `allow` (lists of rules), `alpha` and `undecided`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asr_harness.compare.rules import Rule, Trade, parse_rule, parse_trade
from asr_harness.errors import RuleError
from asr_harness.stats import ALPHA

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

TABLE = "asr-harness"
KEYS = ("fail-on", "allow", "alpha", "undecided")
UNDECIDED = ("pass", "fail")


@dataclass(frozen=True, slots=True)
class Settings:
    """The rules that hold, the false-alarm rate of a comparison, and what the undecided counts as."""

    rules: tuple[Rule, ...] = ()
    trades: tuple[Trade, ...] = ()
    alpha: float = ALPHA
    undecided: str | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what pyproject.toml may hold too."""
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="RULE",
        help="a tolerance such as 'rtf>5%%', 'wer>0.5pt' or 'whisper-*-cuda-*:latency>3%%'; all given hold",
    )
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="TRADE",
        help="a trade-off such as 'wer+0.3pt if rtf-20%%'",
    )
    parser.add_argument(
        "--alpha", type=float, default=None, help="chance of any false alarm in the comparison (0.01)"
    )
    parser.add_argument(
        "--undecided", choices=UNDECIDED, default=None, help="let what is not decided pass or fail (exit 3)"
    )


def read(arguments: argparse.Namespace, folder: Path = Path()) -> Settings:
    """Join the command line and pyproject.toml."""
    return join(
        fail_on=arguments.fail_on,
        allow=arguments.allow,
        alpha=arguments.alpha,
        undecided=arguments.undecided,
        folder=folder,
    )


def join(
    *,
    fail_on: Sequence[str] = (),
    allow: Sequence[str] = (),
    alpha: float | None = None,
    undecided: str | None = None,
    folder: Path = Path(),
) -> Settings:
    """Add what is given to what pyproject.toml in `folder` says. Raises RuleError for what cannot be read."""
    table = _table(folder / "pyproject.toml")
    chosen = table.get("alpha", ALPHA) if alpha is None else alpha
    if not isinstance(chosen, int | float) or not 0 < chosen < 1:
        raise RuleError(
            f"alpha {chosen!r} is not between 0 and 1; 0.01 is one false alarm in 100 comparisons"
        )
    chosen_undecided = undecided or table.get("undecided")
    if chosen_undecided not in (None, *UNDECIDED):
        raise RuleError(f"undecided {chosen_undecided!r} is neither 'pass' nor 'fail'")
    return Settings(
        tuple(map(parse_rule, (*_texts(table, "fail-on"), *fail_on))),
        tuple(map(parse_trade, (*_texts(table, "allow"), *allow))),
        float(chosen),
        chosen_undecided,
    )


def _table(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        tools = tomllib.loads(path.read_text("utf-8")).get("tool", {})
    except (OSError, ValueError) as error:
        raise RuleError(f"cannot read {path}: {error}") from error
    table = tools.get(TABLE, {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise RuleError(f"{TABLE} under [tool] in {path} is {table!r}; it is a table, [tool.{TABLE}]")
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        raise RuleError(f"[tool.{TABLE}] in {path} has no key {unknown[0]!r}; there are {', '.join(KEYS)}")
    return table


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    texts = table.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise RuleError(f"{key} in [tool.{TABLE}] is {texts!r}; it is a list of rules in quotes")
    return tuple(texts)
