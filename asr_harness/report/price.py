"""The price of each variant as a table, and a sentence for each direction."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from asr_harness.counting import counted, listed
from asr_harness.judge.price import FELT
from asr_harness.metrics import by_key, units
from asr_harness.report.terminal import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.alike import LeftOut
    from asr_harness.judge.price import Price
    from asr_harness.judge.price_changes import Change

MIN_WIDTH = 40
MOST = 10.0
"""An interval that ends beyond a thousand per cent knows nothing of that end."""
COLUMNS = ("latency", "rtf", "memory", "energy", "flops", "wer")
WORDS = {
    "pays": "pays",
    "costs words": "costs words",
    "buys nothing": "buys nothing that is shown",
    "undecided": "is undecided: more runs, or more talks, would tell",
    "words unpriced": "is cheaper; what it does to words is unpriced",
}
RULE = (
    "pays: latency, energy, memory or FLOPs are shown to fall by more than their tolerance, and excluded are "
    "a rise of {limits} and one of WER above {limit:.1f} points. front *: no other is as good in latency and "
    "WER, and better in one (values as measured). !: shown, all intervals of a table hold together at "
    "{level:.0%}."
)
DUMMY = "dummy weights: they price time, memory, energy and FLOPs only; their words mean nothing"
APART = "`--runs` prices them apart: give it their files, or their commit"
MAX_NAMED = 3
NO_SPREAD = "one run has no spread: no interval of time or memory; save more, or give --sessions"


def lines(prices: Sequence[Price], alpha: float, width: int, left_out: Sequence[LeftOut] = ()) -> list[str]:
    """Write a table for each model and device, then sentences, what was left out, and the rule."""
    written: list[str] = []
    for (model, device), group in groupby(prices, key=lambda price: (price.model, price.device)):
        rows = list(group)
        n_runs = max(price.n_runs for price in rows)
        n_cases = max(price.n_cases for price in rows)
        written += [f"{model} on {device}: {counted(n_runs, 'run')}, {counted(n_cases, 'case')}", ""]
        written += _table(rows, width)
        written += ["", *(_sentence(price) for price in rows[1:])]
        written += [DUMMY] if any(price.is_dummy for price in rows) else []
        written += [NO_SPREAD] if n_runs == 1 else []
        written += ["", *_reasons(rows)]
    written += _left_out(left_out)
    rule = RULE.format(limits=limits(), limit=100 * by_key("wer").limit, level=1 - alpha)
    return [line for text in (*written, rule) for line in _wrapped(text, width)]


def limits() -> str:
    """Name what may not rise, and by how much, where a direction pays."""
    return ", ".join(f"{by_key(key).title} above {by_key(key).limit:.0%}" for key in FELT)


def _wrapped(text: str, width: int) -> list[str]:
    """Fold a sentence; a row of a table, which has runs of spaces, stays whole."""
    return [text] if "  " in text or not text else wrap(text, max(width, MIN_WIDTH), subsequent_indent="  ")


def _table(rows: Sequence[Price], width: int) -> list[str]:
    """Lay out values and changes; where that is too wide, the changes alone below the baseline's values."""
    titles = ("variant", "front", *(by_key(key).title for key in COLUMNS))
    whole = table(titles, [_row(price, is_whole=True) for price in rows], width)
    if max(map(len, whole)) <= width:
        return whole
    base, *others = rows
    return table(
        titles, [_row(base, is_whole=True), *(_row(price, is_whole=False) for price in others)], width
    )


def _row(price: Price, *, is_whole: bool) -> tuple[str, ...]:
    front = "*" if price.is_on_front else ""
    return price.variant, front, *(_cell(key, price, is_whole=is_whole) for key in COLUMNS)


def _cell(key: str, price: Price, *, is_whole: bool) -> str:
    change = price.changes.get(key)
    if change is None or change.value is None:
        return units.UNMEASURED
    written = by_key(key).written(change.value)
    if change.effect == 0.0:
        return written if is_whole else "="
    effect = f"{_change(key, change.effect or 0.0)}{'!' if change.is_shown else ''}"
    return f"{written} ({effect})" if is_whole else effect


def _change(key: str, effect: float) -> str:
    if abs(effect) > MOST:
        return f"{'over +' if effect > 0 else 'under -'}{100 * MOST:.0f}{'pt' if key == 'wer' else '%'}"
    written = f"{100 * effect:+.1f}pt" if key == "wer" else f"{100 * effect:+.0f}%"
    return written if any(digit in written for digit in "123456789") else f"±{written[1:]}"


def _sentence(price: Price) -> str:
    if price.reason:
        return f"{price.variant} could not be priced: {price.reason}"
    return f"{price.variant} {_verdict(price)}: {changes_in_words(price)}"


def _verdict(price: Price) -> str:
    if price.pays != "trades":
        return WORDS[price.pays]
    costs, gains = (" and ".join(by_key(key).title for key in keys) for keys in (price.costs, price.gains))
    return f"trades {costs} for {gains}"


def changes_in_words(price: Price) -> str:
    """Give each change with its interval, and whether it is shown."""
    return "; ".join(text for key in COLUMNS if key != "rtf" and (text := _part(key, price.changes[key])))


def _part(key: str, change: Change) -> str:
    if change.effect is None:
        return ""
    if change.effect == 0.0:
        return f"{by_key(key).title} the same"
    shown = {True: "shown", False: "not shown", None: "untested"}[change.is_shown]
    if change.low is None or change.high is None or change.low == change.high:
        return f"{by_key(key).title} {_change(key, change.effect)}"
    if _is_boundless(key, change.low, change.high):
        few = "talks" if key == "wer" else "sessions"
        return f"{by_key(key).title} {_change(key, change.effect)} (not bounded: too few {few})"
    interval = f"{_change(key, change.low)} to {_change(key, change.high)}"
    return f"{by_key(key).title} {_change(key, change.effect)} ({interval}, {shown})"


def _is_boundless(key: str, low: float, high: float) -> bool:
    """Whether an interval knows nothing: of a ratio at neither end, of WER with more than every word won."""
    return low < -1.0 if key == "wer" else low < -0.99 and high > MOST  # noqa: PLR2004 - nearly all


def _left_out(left_out: Sequence[LeftOut]) -> list[str]:
    """Name the runs that were not pooled with the newest, by what sets them apart."""
    by_reason: dict[str, list[str]] = {}
    for each in left_out:
        by_reason.setdefault(each.reason, []).append(str(each.run.path))
    written = [
        f"left out, not alike with the newest: {listed(paths, MAX_NAMED)} ({why})"
        for why, paths in by_reason.items()
    ]
    return [*written, APART, ""] if written else []


def _reasons(rows: Sequence[Price]) -> list[str]:
    reasons = {
        f"{by_key(key).title}: {change.reason}"
        for price in rows
        for key, change in price.changes.items()
        if change.reason
    }
    return [*sorted(reasons), ""] if reasons else []
