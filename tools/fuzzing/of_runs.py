"""Readers of saved runs and journals: what is read is put into tables, judged, and printed in every form."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asr_harness.errors import RecordError
from asr_harness.judge import Evidence, judge
from asr_harness.judge.policy import Policy
from asr_harness.metrics import all_metrics
from asr_harness.report import forms
from asr_harness.report.history import case_histories, commit_points
from asr_harness.report.table import rounds, table, utterances
from asr_harness.runs.journal_content import read as read_journal
from asr_harness.runs.summary import summarised
from asr_harness.schema import RunFile, load_run, parse_run
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.journal import CaseStart, JournalEntry, JournalHeader, dump_line
from asr_harness.schema.latest import latest_of_each
from tests.saved_runs import content, measured, unmeasured
from tests.schema.test_migrate import VERSION_1
from tools.fuzzing import mutating
from tools.fuzzing.reading import Reader

if TYPE_CHECKING:
    from random import Random

OTHER = "whisper-tiny-cpu-5s-b4-baseline"
LOST = "whisper-tiny-cpu-15s-b1-baseline"
SHARE_OF_1 = 0.25
"""Of inputs that are mutated files of version 1."""
WIDTH = 100


@cache
def _sound(commit: str) -> str:
    cases = (measured(wrong=(0, 1, 0, 2)), measured(OTHER), unmeasured("oom", LOST, "CUDA out of memory"))
    return json.dumps(content(*cases, commit=commit * 40))


@cache
def _baseline() -> RunFile:
    return parse_run(Path("base.json"), json.loads(_sound("b")))


def _mutate_run(random: Random) -> bytes:
    if mutating.happens(random, SHARE_OF_1):
        return mutating.of_json(deepcopy(VERSION_1), random)
    return mutating.of_json(json.loads(_sound("a")), random)


def _read_run(raw: bytes, folder: Path) -> RunFile:
    path = folder / "0001_run.json"
    path.write_bytes(raw)
    return load_run(path)


def _use_run(raw: bytes, folder: Path) -> None:
    run = _read_run(raw, folder)
    runs = latest_of_each((_baseline(), run))
    for made in (table, utterances, rounds):
        made(runs)
    known = summarised(runs)
    timeline = commit_points(known)
    for metric in all_metrics():
        case_histories(known, timeline, metric)
    judgement = judge(Evidence((_baseline(),), (run,), ()), Policy())
    for name in forms.names():
        forms.render(name, judgement, WIDTH).encode()


def _report_run(raw: bytes, folder: Path) -> None:
    from asr_harness.report import markdown, page
    from asr_harness.report.content import gather

    run = _read_run(raw, folder)
    made = gather((_baseline(), run))
    page.render(made).encode()
    markdown.render(made).encode()


def _journal(random: Random) -> bytes:
    result = measured(wrong=(0, 1, 0, 2)).result
    test_id = "benchmarks/test_transcribe.py::test_transcribe[x]"
    lines: list[Any] = [
        dump_line(JournalHeader(Conditions((test_id,), commit="a" * 40), "s")),
        dump_line(CaseStart(test_id)),
        dump_line(JournalEntry(test_id, "measured", None, (1.0, 1.0), result)),
        dump_line(JournalEntry("other", "oom", "CUDA out of memory")),
    ]
    raw = [json.dumps(line).encode() for line in lines]
    place = random.randrange(len(lines))
    raw[place] = mutating.of_json(json.loads(raw[place]), random)
    whole = b"\n".join(raw) + b"\n"
    return mutating.of_bytes(whole, random) if mutating.happens(random, 0.3) else whole


def _read_journal(raw: bytes, folder: Path) -> None:
    path = folder / "session.jsonl"
    path.write_bytes(raw)
    header = read_journal(path).header
    header.conditions.differences(Conditions(("y",), commit="b" * 40))
    if not header.conditions.digest:
        raise RecordError("no digest")


READERS = (
    Reader("run", _mutate_run, _use_run),
    Reader("page", _mutate_run, _report_run, max_s=30),
    Reader("journal", _journal, _read_journal),
)
