"""The head of the page: machines, commits, what ran, what did not and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.counting import counted, listed
from asr_harness.metrics import units
from asr_harness.report.page.markup import Html, badge, element, items, section, table
from asr_harness.report.pooled import GROUP, measured
from asr_harness.report.table.cases import spelled_out
from asr_harness.report.table.frame import in_utc
from asr_harness.schema.run import DIRTY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from asr_harness.report.extent import Extent
    from asr_harness.report.machines import MachineFacts
    from asr_harness.runs.summary import Header, Summary

MAX_REASONS = 12
MAX_COMMITS, MAX_FILES = 50, 8
TO_THE_MINUTE = "%Y-%m-%d %H:%M"


def opening(n_runs: int, cases: pd.DataFrame, said: Html | str, marks: Mapping[str, str]) -> Html:
    """Say in large type what there is: the verdict where two commits are compared, and what was measured.

    `marks` are those of cases whose values are of another commit than the newest.
    """
    done = measured(cases)
    n_models = cases["model"].nunique()
    n_lost = len(cases) - len(done)
    tiles = [
        tile(
            str(len(done)),
            f"of {counted(len(cases), 'case')} measured" + (f", {n_lost} did not run" if n_lost else ""),
        ),
        tile(f"{n_runs:,}", "run" if n_runs == 1 else "runs"),
        tile(str(n_models), "model" if n_models == 1 else "models"),
        *quick(done, marks),
    ]
    return element("div", said, element("div", *tiles, class_="tiles"), id="top")


def machines_section(
    history: Sequence[Summary],
    extent: Extent,
    cases: pd.DataFrame,
    machines: Sequence[MachineFacts],
    changes: Sequence[str] = (),
) -> Html:
    """Say what the page rests on: machines, runs, and what did not run or was not measured, and why."""
    done = measured(cases)
    counts = cases["outcome"].value_counts()
    lost = [f"{outcome} {count}" for outcome, count in counts.items() if outcome != "measured"]
    return section(
        "machines",
        "Machines and runs",
        _machines(machines),
        element("p", extent.note, class_="soft") if extent.note else "",
        _changes(changes),
        _runs(history),
        _shown(done),
        element("h3", f"What did not run: {', '.join(lost)}") if lost else "",
        _reasons(cases),
        _unmeasured(done),
    )


def tile(value: str, what: str) -> Html:
    """One figure that matters, in large type."""
    return element("div", element("b", value), element("span", what), class_="tile")


def quick(done: pd.DataFrame, marks: Mapping[str, str]) -> list[Html]:
    """The fastest and the most accurate case, where there is one."""
    tiles = []
    if len(done):
        best = done.iloc[int(done["rtf"].argmin())]
        tiles.append(
            tile(units.ratio(best["rtf"]), f"lowest RTF: {best['case']}{marks.get(best['case'], '')}")
        )
    scored = done.dropna(subset=["wer"])
    if len(scored):
        best = scored.iloc[int(scored["wer"].argmin())]
        tiles.append(
            tile(units.percent(best["wer"]), f"lowest WER: {best['case']}{marks.get(best['case'], '')}")
        )
    return tiles


def _machines(machines: Sequence[MachineFacts]) -> Html:
    rows = [(m.name, m.memory, m.system, m.versions, m.runs) for m in machines]
    return table(("machine", "memory", "system", "versions", "runs"), rows)


def _changes(changes: Sequence[str]) -> Html | str:
    """Say what about a machine did not stay as it was while a case ran, most of it once."""
    shown = [badge("changed", "unsure") + element("span", f" {change}") for change in changes[:MAX_REASONS]]
    more = len(changes) - MAX_REASONS
    return (
        items([*map(Html, shown), *([f"and {counted(more, 'more change')}"] if more > 0 else [])])
        if shown
        else ""
    )


def _runs(history: Sequence[Summary]) -> Html:
    """List the newest commits, and of each the newest files."""
    by_label: dict[str, dict[Path, Header]] = {}
    for run in history:
        by_label.setdefault(spelled_out(run.label), {})[run.head.path] = run.head
    rows = []
    for label, by_path in list(by_label.items())[-MAX_COMMITS:]:
        heads = list(by_path.values())
        names = [spelled_out(head.path.name) for head in heads[-MAX_FILES:]]
        more = f", and {len(heads) - MAX_FILES} before" if len(heads) > MAX_FILES else ""
        rows.append(
            (
                element("code", label),
                _span(head.branch for head in heads),
                _span(_to_the_minute(head) for head in heads),
                _span(head.profile for head in heads),
                _span(head.data for head in heads),
                _span(head.weights for head in heads),
                ", ".join(names) + more,
            )
        )
    listed = table(("commit", "branch", "saved", "profile", "data", "weights", "files"), rows)
    if any(label.endswith(DIRTY) for label in by_label):
        listed = Html(listed + element("p", f"{DIRTY} with uncommitted changes", class_="soft"))
    n_more = len(by_label) - len(rows)
    return (
        Html(listed + element("p", f"and {counted(n_more, 'commit')} before", class_="soft"))
        if n_more
        else listed
    )


def _to_the_minute(head: Header) -> str | None:
    return None if head.time is None else in_utc(head.time).strftime(TO_THE_MINUTE)


def _shown(done: pd.DataFrame) -> Html | str:
    """Say which cases are of which commit and machine, where they are not all of one."""
    groups = done.groupby(list(GROUP), sort=False, dropna=False)
    if groups.ngroups <= 1:
        return ""
    parts = [f"{group['label'].iloc[0]} {len(group)}" for _, group in groups]
    words = "Each case is shown as in the newest commit, on the newest machine and corpus, that ran it"
    return element("p", f"{words}: {', '.join(parts)}. Only like ones are held against each other.")


def _span(values: Iterable[str | None]) -> str:
    known = list(dict.fromkeys(value for value in values if value is not None))
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
        [
            *map(Html, lines),
            *([f"and {counted(more, 'more reason')}, in the table of cases"] if more > 0 else []),
        ]
    )


def _which(group: pd.DataFrame) -> str:
    return listed(list(group["case"]), n_most=2)


def _unmeasured(done: pd.DataFrame) -> Html | str:
    lines = []
    for column, why, what in (
        ("wer", "wer_reason", "WER"),
        ("energy_per_utterance_j", "energy_reason", "energy"),
    ):
        lost = done[done[column].isna()]
        for reason, group in lost.groupby(lost[why].astype(object).fillna("no reason was saved"), sort=False):
            lines.append(f"{what} not measured in {counted(len(group), 'case')}: {reason}")
    return items(lines) if lines else ""
