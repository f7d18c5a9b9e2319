"""The judgement as GitHub Actions' workflow commands: the sentence, then an annotation a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report import escaping, words
from asr_harness.report.forms import Form
from asr_harness.report.rows import rows
from asr_harness.report.sentence import ending, sentence

if TYPE_CHECKING:
    from asr_harness.judge import Judgement
    from asr_harness.report.rows import Row

LEVELS = {
    "regression": "error",
    "missing": "error",
    "inconclusive": "warning",
    "incomparable": "warning",
    "improvement": "notice",
}
OF_ALL = {"REGRESSION": "error", "NOTHING COULD BE COMPARED": "error", "UNDECIDED": "warning"}


def render(judgement: Judgement, width: int) -> str:  # noqa: ARG001
    """Give one command a line, the sentence first: GitHub shows no more than ten of a kind."""
    said = sentence(judgement)
    level = OF_ALL.get(ending(judgement), "notice")
    commands = [f"::{level} title=asr-harness::{_data(said)}"]
    commands += [
        f"::{LEVELS[row.finding.verdict]} title={_property(f'{row.finding.metric} {row.finding.verdict}')}::"
        + _data(_told(row))
        for row in rows(judgement.findings)
        if row.finding.gated and row.finding.verdict in LEVELS and row.finding.waived_by is None
    ]
    # On a line of its own, a headline that began with `::` would be a command.
    return escaping.terminal("\n".join([*commands, judgement.headline.replace("\n", " ").lstrip(": ")]))


def _told(row: Row) -> str:
    finding = row.finding
    parts = (finding.case_id, words.sized(finding), words.row_remark(row))
    return " ".join(filter(None, parts))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORM = Form(render)
