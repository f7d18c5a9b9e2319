"""The comparison as JUnit XML: a test case for each cell, failed where it regressed or is missing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from asr_harness.compare import EXIT_REGRESSION, LOST
from asr_harness.report import escaping, verdicts

if TYPE_CHECKING:
    from asr_harness.compare import Cell, Comparison

UNDECIDED = ("inconclusive", "incomparable")


def render(comparison: Comparison, status: int, width: int) -> str:  # noqa: ARG001
    """Give one test suite, which fails if the status does.

    What is undecided is skipped, unless it is told to fail; where nothing could be compared, all is an error.
    """
    gated = [cell for cell in comparison.cells if cell.gated]
    undecided = "failure" if status == EXIT_REGRESSION and not comparison.of(*LOST, gated=True) else "skipped"
    tags = dict.fromkeys(LOST, "failure") | dict.fromkeys(UNDECIDED, undecided)
    found = [(cell, "error" if comparison.is_empty else tags.get(cell.verdict)) for cell in gated]
    n = Counter(tag for _, tag in found)
    suite = ET.Element(
        "testsuite",
        name="asr-harness compare",
        tests=str(len(gated)),
        failures=str(n["failure"]),
        skipped=str(n["skipped"]),
        errors=str(n["error"]),
    )
    for cell, tag in found:
        _add(suite, cell, tag)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _add(suite: ET.Element, cell: Cell, tag: str | None) -> None:
    case = ET.SubElement(suite, "testcase", classname=escaping.xml(cell.case_id), name=cell.metric)
    if tag:
        told = " ".join(filter(None, (cell.verdict, verdicts.change(cell), verdicts.remark(cell))))
        ET.SubElement(case, tag, message=escaping.xml(told), type=cell.verdict)
