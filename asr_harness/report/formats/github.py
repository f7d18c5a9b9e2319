"""The comparison as GitHub Actions' workflow commands: an annotation for each cell that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report import verdicts

if TYPE_CHECKING:
    from asr_harness.compare import Comparison

LEVELS = {
    "regression": "error",
    "missing": "error",
    "inconclusive": "warning",
    "incomparable": "warning",
    "improvement": "notice",
}


def render(comparison: Comparison, status: int, width: int) -> str:  # noqa: ARG001
    """Give one command a line, and the headline for the log."""
    said = [
        f"::{LEVELS[cell.verdict]} title={_property(f'{cell.metric} {cell.verdict}')}::"
        + _data(" ".join(filter(None, (cell.case_id, verdicts.change(cell), verdicts.remark(cell)))))
        for cell in comparison.cells
        if cell.gated and cell.verdict in LEVELS
    ]
    headline = verdicts.headline(comparison)
    if comparison.is_empty:
        said.append(f"::error title=asr-harness::{_data(headline)}")
    return "\n".join([*said, headline])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
