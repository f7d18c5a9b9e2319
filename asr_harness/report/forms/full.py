"""The judgement for a terminal with nothing folded: a row for every finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report import escaping, verdicts
from asr_harness.report.forms import Form

if TYPE_CHECKING:
    from asr_harness.judge import Judgement


def render(judgement: Judgement, width: int) -> str:
    """Give lines of at most `width` characters."""
    return escaping.terminal("\n".join(verdicts.lines(judgement, width, unfold=True)))


FORM = Form(render, is_for_people=True)
