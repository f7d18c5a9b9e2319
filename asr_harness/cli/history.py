"""Show a metric of every case across the commits of saved runs, a line for each case."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING

from asr_harness.cli._lines import tell
from asr_harness.cli._storage import add_storage
from asr_harness.cli._sweeping import sweep_seldom
from asr_harness.counting import counted
from asr_harness.errors import RecordError
from asr_harness.judge import Evidence, history_columns, judge
from asr_harness.judge.judgement import EXIT_FINE, EXIT_REGRESSION
from asr_harness.judge.trends import judge_trends
from asr_harness.metrics import by_key, units
from asr_harness.report import forms, trends
from asr_harness.report.comparable import with_origin
from asr_harness.report.escaping import terminal
from asr_harness.report.history import (
    CaseHistory,
    CommitPoint,
    case_histories,
    commit_points,
    measured_cases,
)
from asr_harness.report.terminal import ELLIPSIS, table
from asr_harness.runs import load_runs, select_runs, select_summaries
from asr_harness.runs.former import summaries_of
from asr_harness.runs.select import all_of
from asr_harness.runs.summary import columns_of
from asr_harness.schema.run import DIRTY

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from asr_harness.judge import Judgement
    from asr_harness.metrics import Metric
    from asr_harness.runs.summary import Summary
    from asr_harness.schema import RunFile

BARS = "▁▂▃▄▅▆▇█"
GAP, CHANGE = "·", "|"
MIN_POINTS = 2
MAX_LABELS = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take runs and a metric."""
    parser.add_argument("runs", nargs="*", metavar="RUN", help="as for `report`; without any, all saved runs")
    parser.add_argument(
        "--metric",
        metavar="KEY",
        default="latency",
        help="any metric, such as rtf, wer or memory (%(default)s)",
    )
    parser.add_argument(
        "-k",
        dest="only",
        default="",
        metavar="WORDS",
        help="only cases that have all these words as whole parts of their names (b1 is not b16), or as the "
        "start of one where none is that whole",
    )
    parser.add_argument(
        "--judge",
        action="store_true",
        help="tell steps and creeps of each model's row over all commits; status 1 where one ends worse",
    )
    parser.add_argument(
        "--against",
        metavar="RUN",
        help="a pinned reference, such as v1.0: with --judge the newest commit is compared with it, and with "
        "the commit before",
    )
    add_storage(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the lines."""
    sweep_seldom()
    metric = by_key(arguments.metric)
    if arguments.against and not arguments.judge:
        raise RecordError(f"--against {arguments.against} needs --judge, which compares with it")
    columns = columns_of([metric], judged=arguments.judge)
    side = ",".join(arguments.runs or [all_of(arguments.storage)])
    runs = select_summaries(side, arguments.storage, columns, tell=tell)
    known = measured_cases(runs, metric)
    chosen = with_words(known, arguments.only.split())
    if not chosen:
        raise RecordError(f"no {metric.key} in these runs{_asked(arguments.only, known)}")
    width = get_terminal_size().columns
    if arguments.judge:
        return _judge(arguments, runs, metric, chosen, width)
    timeline = commit_points(runs)
    histories = [line for line in case_histories(runs, timeline, metric) if line.case in chosen]
    lines = [*head(metric.key, timeline, width), *_lines(histories, timeline, metric, width)]
    print(terminal("\n".join(lines)))  # noqa: T201
    return 0


def _judge(
    arguments: argparse.Namespace, runs: Sequence[Summary], metric: Metric, cases: set[str], width: int
) -> int:
    """Print steps and creeps, and where a reference is pinned how the newest commit stands to it."""
    # What has no trend can still be compared with a reference, where a creep adds up.
    has_trend = metric.test == "ratio" or not arguments.against
    found = judge_trends([run.of_cases(cases) for run in runs], metric) if has_trend else ()
    if found:
        print(terminal(f"{metric.key} over commits: {trends.headline(found)}"))  # noqa: T201
        print(terminal("\n".join(table(trends.HEADERS, trends.lines(found), width))))  # noqa: T201
    status = _against(arguments, runs, metric, cases, width) if arguments.against else EXIT_FINE
    return EXIT_REGRESSION if any(trend.is_worse for trend in found) else status


def _against(
    arguments: argparse.Namespace, runs: Sequence[Summary], metric: Metric, cases: set[str], width: int
) -> int:
    """Compare the newest commit with the pinned reference, which decides, and with the commit before."""
    clean = {run.head.path: run.label for run in runs if not run.head.is_dirty}
    labels = list(dict.fromkeys(clean.values()))
    if not labels:
        raise RecordError("no run is of a clean tree; --against needs one to compare")
    newest, before = (
        _loaded((path for path, label in clean.items() if label == name), cases)
        for name in (labels[-1], labels[-2] if len(labels) > 1 else None)
    )
    known = [run.of_cases(cases) for run in summaries_of(clean, history_columns())]
    # Told by their labels: what was left of a run's cases may not tell which run it is.
    former = [run for run in known if run.label != labels[-1]]
    named = select_runs(arguments.against, arguments.storage, tell=tell)
    reference = [run for run in named if run.label != labels[-1]]
    sides, status = {}, EXIT_FINE
    if len(reference) < len(named):
        print(terminal(f"\n{itself(arguments.against, labels[-1], has_others=bool(reference))}"))  # noqa: T201
    if reference:
        pinned = _of_metric(judge(Evidence(reference, newest, former)), metric)
        sides[f"against {arguments.against}"], status = pinned, pinned.exit_status
    if before:
        earlier = [run for run in former if run.label != labels[-2]]
        sides["against the commit before"] = _of_metric(judge(Evidence(before, newest, earlier)), metric)
    for name, judgement in sides.items():
        print(terminal(f"\n{name}: {forms.render('table', judgement, width)}"))  # noqa: T201
    return status


def itself(against: str, newest: str, *, has_others: bool) -> str:
    """Say that a reference is, or has among its runs, the commit that it was to be compared with."""
    if has_others:
        return f"--against {against} has runs of {newest}, the newest commit: they are left out"
    return f"--against {against} is {newest}, the newest commit itself: nothing to compare it with"


def _loaded(paths: Iterable[Path], cases: set[str]) -> tuple[RunFile, ...]:
    """Read runs whole, and leave some cases of them."""
    return tuple(
        replace(run, records={name: record for name, record in run.records.items() if name in cases})
        for run in load_runs(paths)
    )


def _of_metric(judgement: Judgement, metric: Metric) -> Judgement:
    """Leave what is told of one metric: `compare` tells the rest."""
    key = metric.same_as or metric.key
    return replace(judgement, findings=tuple(one for one in judgement.findings if one.metric == key))


def with_words(known: Sequence[str], words: Sequence[str]) -> set[str]:
    """Leave the cases whose ids have every word: as a whole part, or if none has, as the start of one.

    A start does not end amid a number.
    """
    kept = set(known)
    for word in words:
        starts = re.compile(rf"-{re.escape(word)}(?!(?<=\d)\d)", re.IGNORECASE)
        whole = {case_id for case_id in known if f"-{word}-".lower() in f"-{case_id}-".lower()}
        kept &= whole or {case_id for case_id in known if starts.search(f"-{case_id}")}
    return kept


def _asked(words: str, known: Sequence[str]) -> str:
    if not words or not known:
        return ""
    return f" for {words!r}; words are parts of a case's name, such as {known[0]}"


def head(metric: str, timeline: Sequence[CommitPoint], width: int) -> list[str]:
    """Name the commits, of many the newest, where the environment changed, and which ran the same code as the
    one before.
    """
    n_more = max(0, len(timeline) - MAX_LABELS)
    newest_points = timeline[n_more:]
    labels = [(f"{CHANGE} " if point.changed else "") + point.label for point in newest_points]
    before_them = f"{n_more:,} more, then " if n_more else ""
    lines = wrap(f"{metric} over {_extent(timeline)}, oldest first: {before_them}{' '.join(labels)}", width)
    if _is_commit_each(timeline) and any(point.label.endswith(DIRTY) for point in newest_points):
        lines.append(f"{DIRTY} with uncommitted changes")
    for point in newest_points:
        if point.changed:
            text = f"{CHANGE} environment changed before {point.label}: {point.changed}"
            lines += wrap(text, width, subsequent_indent="  ")
    for before, point in pairwise(newest_points):
        if point.code is not None and point.code == before.code and point.label != before.label:
            text = f"= {point.label} imported the same sources as {before.label}: what differs is noise"
            lines += wrap(text, width, subsequent_indent="  ")
    return lines


def _extent(timeline: Sequence[CommitPoint]) -> str:
    """Count the commits, and the points that they have where it is more than one each."""
    commits = counted(_n_commits(timeline), "commit")
    if _is_commit_each(timeline):
        return commits
    return (
        f"{commits} at {len(timeline):,} points ({CHANGE} another environment, {DIRTY} uncommitted changes)"
    )


def _n_commits(timeline: Sequence[CommitPoint]) -> int:
    return len({point.label.removesuffix(DIRTY) for point in timeline})


def _is_commit_each(timeline: Sequence[CommitPoint]) -> bool:
    return _n_commits(timeline) == len(timeline)


def _lines(
    histories: Sequence[CaseHistory], timeline: Sequence[CommitPoint], metric: Metric, width: int
) -> list[str]:
    rows = []
    for line in histories:
        known = [value for value in line.values if value is not None]
        rows.append(
            (
                with_origin(line.case, line.origin),
                metric.written(known[0]),
                metric.written(known[-1]),
                change(line, timeline),
                newest(sparkline(line.values, [bool(point.changed) for point in timeline]), width // 3),
            )
        )
    return table(("case", "first", "last", "change", "history"), rows, width)


def change(line: CaseHistory, timeline: Sequence[CommitPoint]) -> str:
    """Give the last value over the first in percent, marked where they are of different environments."""
    known = [(value, point) for value, point in zip(line.values, timeline, strict=True) if value is not None]
    (first, before), (last, after) = known[0], known[-1]
    if not first or len(known) < MIN_POINTS:
        return units.UNMEASURED
    mark = "" if before.environment == after.environment else f"{CHANGE} "
    return f"{mark}{100 * (last / first - 1):+.1f} %"


def newest(bars: str, room: int) -> str:
    """Leave the bars at the end that fit, so that names of cases keep theirs."""
    return bars if len(bars) <= room else ELLIPSIS + bars[len(bars) - room + len(ELLIPSIS) :]


def sparkline(values: Sequence[float | None], changed: Sequence[bool]) -> str:
    """Draw values as bars from their least to their largest; a gap where there is none."""
    known = [value for value in values if value is not None]
    low, span = min(known), max(known) - min(known)
    drawn = []
    for value, is_changed in zip(values, changed, strict=True):
        height = 0 if value is None or not span else round((value - low) / span * (len(BARS) - 1))
        drawn.append((CHANGE if is_changed else "") + (GAP if value is None else BARS[height]))
    return "".join(drawn)
