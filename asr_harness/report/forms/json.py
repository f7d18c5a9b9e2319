"""The judgement for programs: every finding, nothing folded, in the units of docs/judgement.md."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from asr_harness.report.forms import Form
from asr_harness.report.sentence import sentence

if TYPE_CHECKING:
    from asr_harness.judge import Judgement


def render(judgement: Judgement, width: int) -> str:  # noqa: ARG001
    """Give one JSON object: the sentence first."""
    said = {"sentence": sentence(judgement), "headline": judgement.headline}
    return json.dumps(
        said | asdict(judgement) | {"exit_status": judgement.exit_status}, indent=1, allow_nan=False
    )


FORM = Form(render)
