"""What a team accepts: tolerances, waivers, rates and what may differ; one object, read in one place.

`[tool.asr-harness]` of pyproject.toml, the command line and a session's options hold the same keys
(`OPTIONS`). Lists of all of them hold together; of a single value the command line's counts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from asr_harness.errors import RuleError
from asr_harness.judge.judgement import Undecided
from asr_harness.judge.rules import ALL_CASES, Rule, Waiver, parse_rule, parse_waiver
from asr_harness.metrics import by_key, measurement
from asr_harness.paths import read_file
from asr_harness.stats import ALPHA

if TYPE_CHECKING:
    import argparse

    from asr_harness.metrics import Metric

TABLE = "asr-harness"
MAX_FILE_BYTES = 16 << 20
Across = Literal["machines", "weights", "decoding", "system"]
ACROSS: tuple[Across, ...] = get_args(Across)
UNDECIDED: tuple[Undecided, ...] = get_args(Undecided)


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the policy, as every entry offers it."""

    key: str
    metavar: str
    what: str
    kind: Literal["texts", "number", "text"] = "text"
    choices: tuple[str, ...] = ()


OPTIONS = (
    Option("fail-on", "RULE", "a tolerance such as rtf>5% or wer>0.5pt; all given hold", "texts"),
    Option("allow", "WAIVER", "a waiver such as 'wer+1pt if rtf-20%'", "texts"),
    Option("across", "WHAT", "compare in spite of other machines (then without times), weights, decoding "
           "settings or system (runtime, checkpoint's name, variant)", "texts", ACROSS),
    Option("alpha", "RATE", "chance of any false alarm in the comparison (0.01)", "number"),
    Option("undecided", "KIND", "let what is not decided pass or fail (else exit status 3)", "text",
           UNDECIDED),
    Option("tolerance", "PERCENT", "latency below which no change counts (2)", "number"),
    Option("limit", "PERCENT", "slow-down that green has to exclude (5)", "number"),
    Option("margin", "PERCENT", "the former name of limit", "number"),
)  # fmt: skip

Given = Mapping[str, object]
"""Values by key of `OPTIONS`; None or an empty list is not given."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How to judge.

    `rules` are tolerances, `waivers` what may get worse for what gets better, `alpha` the false-alarm rate of
    a whole comparison, `across` what may differ between the sides, `undecided` what is made of what is not
    decided. `tolerance` and `limit` are latency's own where they are not the metric's, relative.

    Raises RuleError for a waiver that could never act.
    """

    rules: tuple[Rule, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    alpha: float = ALPHA
    undecided: Undecided | None = None
    across: tuple[Across, ...] = ()
    tolerance: float | None = None
    limit: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise RuleError(
                f"alpha {self.alpha!r} is not between 0 and 1; 0.01 is one false alarm in 100 comparisons"
            )
        for waiver in self.waivers:
            named = {measurement(rule.metric) for rule in self.rules}
            if waiver.cases == ALL_CASES and measurement(waiver.metric) not in named:
                self.check_acts(waiver, (ALL_CASES,))

    def check_acts(self, waiver: Waiver, case_ids: Sequence[str]) -> None:
        """Raise RuleError where no regression of these cases is small enough for a waiver to let it pass."""
        metric = by_key(waiver.metric)
        allowed = min(self.tolerance_of(metric, case_id) for case_id in case_ids)
        if waiver.limit <= allowed:
            unit = metric.rule_unit
            raise RuleError(
                f"waiver {waiver.text!r} can never act: {waiver.metric} counts as a regression only above "
                f"{100 * allowed:g}{unit}, and it lets pass up to {100 * waiver.limit:g}{unit}; raise the "
                "waiver, or lower the tolerance with a rule"
            )

    def rule_limit(self, metric: Metric, *case_ids: str) -> float | None:
        """Give the strictest limit among all rules that speak of a metric of any of the cases; None without
        one.
        """
        return self.limit_by_rule(metric.key, *case_ids)

    def limit_by_rule(self, key: str, *case_ids: str) -> float | None:
        """Give the same of whatever a rule may name, which need not be a metric."""
        limits = (rule.limit for rule in self.rules for case_id in case_ids if rule.covers(case_id, key))
        return min(limits, default=None)

    def names(self, metric: Metric) -> bool:
        """Whether a rule or a waiver speaks of a metric, of whichever cases."""
        named = {rule.metric for rule in self.rules} | {waiver.metric for waiver in self.waivers}
        gained = {waiver.gain for waiver in self.waivers}
        return metric.key in named | gained

    def tolerance_of(self, metric: Metric, *case_ids: str) -> float:
        """Give the change above which a metric of these cases counts as worse."""
        return min(
            self._own(metric, case_id, self.tolerance, metric.tolerance) for case_id in case_ids or ("",)
        )

    def limit_of(self, metric: Metric, *case_ids: str) -> float:
        """Give the harm that has to be excluded for a metric of these cases to be green."""
        return min(self._own(metric, case_id, self.limit, metric.limit) for case_id in case_ids or ("",))

    def is_gated(self, metric: Metric, *case_ids: str) -> bool:
        """Whether a metric of these cases sets the exit status."""
        if self.rule_limit(metric, *case_ids) is not None:
            return True
        other = None if metric.alternative is None else by_key(metric.alternative)
        return metric.gated and (other is None or self.rule_limit(other, *case_ids) is None)

    def _own(self, metric: Metric, case_id: str, chosen: float | None, own: float) -> float:
        """Give what the rules say of one case, else what was chosen for latency, else the metric's own."""
        limit = self.rule_limit(metric, case_id)
        if limit is not None:
            return limit
        return own if chosen is None or measurement(metric.key) != "latency" else chosen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Offer every key of the policy on a command line."""
    group = parser.add_argument_group("policy", f"also as keys of [tool.{TABLE}] in pyproject.toml")
    for option in OPTIONS:
        flag, shown = f"--{option.key}", option.what.replace("%", "%%")
        if option.kind == "texts":
            group.add_argument(flag, action="append", default=[], metavar=option.metavar, help=shown)
        else:
            group.add_argument(flag, default=None, metavar=option.metavar, help=shown)


def from_arguments(arguments: argparse.Namespace, folder: Path = Path()) -> Policy:
    """Join a parsed command line and the pyproject.toml in `folder`. Raises RuleError."""
    return read({option.key: getattr(arguments, option.key.replace("-", "_")) for option in OPTIONS}, folder)


def read(given: Given, folder: Path = Path()) -> Policy:
    """Join what is given and the pyproject.toml in `folder`. Raises RuleError for what cannot be read."""
    table = _table(folder / "pyproject.toml")
    values = {option.key: _joined(option, table.get(option.key), given.get(option.key)) for option in OPTIONS}
    numbers = {key: value for key, value in values.items() if isinstance(value, float)}
    texts = {key: value for key, value in values.items() if isinstance(value, tuple)}
    undecided = values["undecided"]
    return Policy(
        tuple(map(parse_rule, texts["fail-on"])),
        tuple(map(parse_waiver, texts["allow"])),
        numbers.get("alpha", ALPHA),
        next((known for known in UNDECIDED if known == undecided), None),
        tuple(known for known in ACROSS if known in texts["across"]),
        _fraction("tolerance", numbers.get("tolerance")),
        _fraction("limit", numbers.get("limit", numbers.get("margin"))),
    )


def given_keys(given: Given) -> tuple[str, ...]:
    """List the keys that were given at all."""
    return tuple(key for key, value in given.items() if value not in (None, [], (), ""))


def _joined(option: Option, saved: object, given: object) -> object:
    if option.kind == "texts":
        texts = (*_texts(option, saved or []), *_texts(option, given or []))
        for text in texts:
            _check_choice(option, text)
        return texts
    is_given = given not in (None, "")
    value, where = (given, "") if is_given else (saved, f" in [tool.{TABLE}]")
    if value is None:
        return None
    if option.kind == "text":
        _check_choice(option, value, where)
        return value
    try:
        number = float(value) if isinstance(value, int | float | str) else float("nan")
    except ValueError:
        number = float("nan")
    if isinstance(value, bool) or not isfinite(number):
        raise RuleError(f"{option.key} {value!r}{where} is no number; it is {option.what}")
    return number


def _check_choice(option: Option, value: object, where: str = "") -> None:
    if option.choices and value not in option.choices:
        known = " nor ".join(map(repr, option.choices))
        raise RuleError(f"{option.key} {value!r}{where} is neither {known}")


def _fraction(key: str, percent: float | None) -> float | None:
    if percent is not None and percent < 0:
        raise RuleError(f"{key} {percent:g} is below 0; it is a percentage such as 2")
    return None if percent is None else percent / 100


def _table(path: Path) -> Mapping[str, object]:
    if not path.is_file():
        return {}
    try:
        tools = tomllib.loads(read_file(path, MAX_FILE_BYTES).decode("utf-8")).get("tool", {})
    except (OSError, ValueError, RecursionError) as error:
        raise RuleError(f"cannot read {path}: {error}") from error
    table = tools.get(TABLE, {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise RuleError(f"{TABLE} under [tool] in {path} is {table!r}; it is a table, [tool.{TABLE}]")
    keys = [option.key for option in OPTIONS]
    unknown = sorted(set(table) - set(keys))
    if unknown:
        raise RuleError(f"[tool.{TABLE}] in {path} has no key {unknown[0]!r}; there are {', '.join(keys)}")
    return table


def _texts(option: Option, texts: object) -> tuple[str, ...]:
    if (
        not isinstance(texts, Sequence)
        or isinstance(texts, str)
        or not all(isinstance(text, str) for text in texts)
    ):
        raise RuleError(f"{option.key} in [tool.{TABLE}] is {texts!r}; it is a list of texts in quotes")
    return tuple(texts)
