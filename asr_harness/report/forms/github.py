"""The judgement as GitHub Actions' workflow commands: an annotation for each finding that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report import escaping, verdicts
from asr_harness.report.forms import Form

if TYPE_CHECKING:
    from asr_harness.judge import Judgement

LEVELS = {
    "regression": "error",
    "missing": "error",
    "inconclusive": "warning",
    "incomparable": "warning",
    "improvement": "notice",
}


def render(judgement: Judgement, width: int) -> str:  # noqa: ARG001
    """Give one command a line, and the headline for the log."""
    commands = [
        f"::{LEVELS[finding.verdict]} title={_property(f'{finding.metric} {finding.verdict}')}::"
        + _data(" ".join(filter(None, (finding.case_id, verdicts.change(finding), verdicts.remark(finding)))))
        for finding in judgement.findings
        if finding.gated and finding.verdict in LEVELS and finding.waived_by is None
    ]
    headline = judgement.headline
    if judgement.is_empty:
        commands.append(f"::error title=asr-harness::{_data(headline)}")
    # On a line of its own, a headline that began with `::` would be a command.
    return escaping.terminal("\n".join([*commands, headline.replace("\n", " ").lstrip(": ")]))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORM = Form(render)
