"""The judgement for programs: every finding, nothing folded, in the units of docs/judgement.md."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from asr_harness.report.forms import Form

if TYPE_CHECKING:
    from asr_harness.judge import Judgement


def render(judgement: Judgement, width: int) -> str:  # noqa: ARG001
    """Give one JSON object."""
    return json.dumps(
        asdict(judgement) | {"headline": judgement.headline, "exit_status": judgement.exit_status},
        indent=1,
        allow_nan=False,
    )


FORM = Form(render)
