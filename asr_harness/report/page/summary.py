"""The head of the page: machines, commits, what ran, what did not and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.page.markup import Html, badge, element, items, section, table
from asr_harness.report.pooled import GROUP, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from asr_harness.report.machines import MachineFacts

MAX_REASONS = 12
TO_THE_MINUTE = "%Y-%m-%d %H:%M"


def opening(table_: pd.DataFrame, cases: pd.DataFrame, said: Html | str) -> Html:
    """Say in large type what there is: the verdict where two commits are compared, and what was measured."""
    done = measured(cases)
    n_runs, n_models = table_["run"].nunique(), cases["model"].nunique()
    n_lost = len(cases) - len(done)
    tiles = [
        tile(
            str(len(done)), f"of {len(cases)} cases measured" + (f", {n_lost} did not run" if n_lost else "")
        ),
        tile(str(n_runs), "run" if n_runs == 1 else "runs"),
        tile(str(n_models), "model" if n_models == 1 else "models"),
        *quick(done),
    ]
    return element("div", said, element("div", *tiles, class_="tiles"), id="top")


def machines_section(
    table_: pd.DataFrame, cases: pd.DataFrame, machines: Sequence[MachineFacts], changes: Sequence[str]
) -> Html:
    """Say what the page rests on: machines, runs, and what did not run or was not measured, and why."""
    done = measured(cases)
    counts = cases["outcome"].value_counts()
    lost = [f"{outcome} {count}" for outcome, count in counts.items() if outcome != "measured"]
    return section(
        "machines",
        "Machines and runs",
        _machines(machines),
        _changes(changes),
        _runs(table_),
        _shown(done),
        element("h3", f"What did not run: {', '.join(lost)}") if lost else "",
        _reasons(cases),
        _unmeasured(done),
    )


def tile(value: str, what: str) -> Html:
    """One figure that matters, in large type."""
    return element("div", element("b", value), element("span", what), class_="tile")


def quick(done: pd.DataFrame) -> list[Html]:
    """The fastest and the most accurate case, where there is one."""
    tiles = []
    if len(done):
        best = done.iloc[int(done["rtf"].argmin())]
        tiles.append(tile(units.ratio(best["rtf"]), f"lowest RTF: {best['case']}"))
    scored = done.dropna(subset=["wer"])
    if len(scored):
        best = scored.iloc[int(scored["wer"].argmin())]
        tiles.append(tile(units.percent(best["wer"]), f"lowest WER: {best['case']}"))
    return tiles


def _machines(machines: Sequence[MachineFacts]) -> Html:
    rows = [(m.name, m.memory, m.system, m.versions, m.runs) for m in machines]
    return table(("machine", "memory", "system", "versions", "runs"), rows)


def _changes(changes: Sequence[str]) -> Html | str:
    """Say what about a machine did not stay as it was while a case ran, most of it once."""
    shown = [badge("changed", "unsure") + element("span", f" {change}") for change in changes[:MAX_REASONS]]
    more = len(changes) - MAX_REASONS
    return items([*map(Html, shown), *([f"and {more} more changes"] if more > 0 else [])]) if shown else ""


def _runs(table_: pd.DataFrame) -> Html:
    rows = []
    saved = table_[["label", "run", "branch", "time", "profile", "data", "weights"]].drop_duplicates()
    saved = saved.assign(time=saved["time"].dt.strftime(TO_THE_MINUTE))
    for label, group in saved.groupby("label", sort=False):
        shown = ", ".join(dict.fromkeys(group["run"]))
        rows.append(
            (
                element("code", label),
                _span(group["branch"]),
                _span(group["time"]),
                _span(group["profile"]),
                _span(group["data"]),
                _span(group["weights"]),
                shown,
            )
        )
    return table(("commit", "branch", "saved", "profile", "data", "weights", "files"), rows)


def _shown(done: pd.DataFrame) -> Html | str:
    """Say which cases are of which commit and machine, where they are not all of one."""
    groups = done.groupby(list(GROUP), sort=False, dropna=False)
    if groups.ngroups <= 1:
        return ""
    parts = [f"{group['label'].iloc[0]} {len(group)}" for _, group in groups]
    words = "Each case is shown as in the newest commit, on the newest machine and corpus, that ran it"
    return element("p", f"{words}: {', '.join(parts)}. Only like ones are held against each other.")


def _span(values: pd.Series) -> str:
    known = list(dict.fromkeys(map(str, values.dropna())))
    return known[0] if len(known) == 1 else f"{known[0]} … {known[-1]}" if known else units.UNMEASURED


def _reasons(cases: pd.DataFrame) -> Html:
    lost = cases[cases["outcome"] != "measured"]
    if not len(lost):
        return element("p", "Every case ran.")
    lost = lost.assign(reason=lost["reason"].astype(object).fillna("no reason was saved"))
    groups = sorted(lost.groupby(["outcome", "reason"], sort=False), key=lambda item: -len(item[1]))
    lines = [
        Html(f"{badge(outcome, 'unsure')} ") + element("span", f"{len(group)} × {reason} ({_which(group)})")
        for (outcome, reason), group in groups[:MAX_REASONS]
    ]
    more = len(groups) - MAX_REASONS
    return items(
        [*map(Html, lines), *([f"and {more} more reasons, in the table of cases"] if more > 0 else [])]
    )


def _which(group: pd.DataFrame) -> str:
    names = list(group["case"])
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")  # noqa: PLR2004


def _unmeasured(done: pd.DataFrame) -> Html | str:
    lines = []
    for column, why, what in (
        ("wer", "wer_reason", "WER"),
        ("energy_per_utterance_j", "energy_reason", "energy"),
    ):
        lost = done[done[column].isna()]
        for reason, group in lost.groupby(lost[why].astype(object).fillna("no reason was saved"), sort=False):
            lines.append(f"{what} not measured in {len(group)} cases: {reason}")
    return items(lines) if lines else ""
