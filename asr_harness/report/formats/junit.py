"""The comparison as JUnit XML: a test case for each cell, failed where it regressed or is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from asr_harness.report import verdicts

if TYPE_CHECKING:
    from asr_harness.compare import Cell, Comparison

FAILED = ("regression", "missing")
UNDECIDED = ("inconclusive", "incomparable")


def render(comparison: Comparison, status: int, width: int) -> str:  # noqa: ARG001
    """Give one test suite; what is undecided counts as skipped."""
    gated = [cell for cell in comparison.cells if cell.gated]
    suite = ET.Element(
        "testsuite",
        name="asr-harness compare",
        tests=str(len(gated)),
        failures=str(sum(cell.verdict in FAILED for cell in gated)),
        skipped=str(sum(cell.verdict in UNDECIDED for cell in gated)),
        errors="0",
    )
    for cell in gated:
        _add(suite, cell)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _add(suite: ET.Element, cell: Cell) -> None:
    case = ET.SubElement(suite, "testcase", classname=cell.case_id, name=cell.metric)
    told = " ".join(filter(None, (cell.verdict, verdicts.change(cell), verdicts.remark(cell))))
    if cell.verdict in FAILED:
        ET.SubElement(case, "failure", message=told, type=cell.verdict)
    elif cell.verdict in UNDECIDED:
        ET.SubElement(case, "skipped", message=told)
