"""The judgement as JUnit XML: a test case for each finding, failed where it regressed or is missing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from asr_harness.judge.judgement import EXIT_REGRESSION, FAILED, OPEN
from asr_harness.report import escaping, verdicts
from asr_harness.report.forms import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.judge import Finding, Judgement, Verdict


def render(judgement: Judgement, width: int) -> str:  # noqa: ARG001
    """Give one test suite, which fails if the status does.

    What is undecided is skipped, unless it is told to fail; where nothing could be compared, all is an error.
    """
    gated = [finding for finding in judgement.findings if finding.gated]
    is_red = judgement.exit_status == EXIT_REGRESSION
    undecided = "failure" if is_red and not any(finding.fails for finding in gated) else "skipped"
    tags = dict.fromkeys(FAILED, "failure") | dict.fromkeys(OPEN, undecided)
    tagged = [(finding, _tag(judgement, finding, tags)) for finding in gated]
    n = Counter(tag for _, tag in tagged)
    suite = ET.Element(
        "testsuite",
        name="asr-harness compare",
        tests=str(len(gated)),
        failures=str(n["failure"]),
        skipped=str(n["skipped"]),
        errors=str(n["error"]),
    )
    for finding, tag in tagged:
        _add(suite, finding, tag)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _tag(judgement: Judgement, finding: Finding, tags: Mapping[Verdict, str]) -> str | None:
    if judgement.is_empty:
        return "error"
    return tags.get(finding.verdict) if finding.waived_by is None else None


def _add(suite: ET.Element, finding: Finding, tag: str | None) -> None:
    case = ET.SubElement(suite, "testcase", classname=escaping.xml(finding.case_id), name=finding.metric)
    if tag:
        told = " ".join(filter(None, (finding.verdict, verdicts.change(finding), verdicts.remark(finding))))
        ET.SubElement(case, tag, message=escaping.xml(told), type=finding.verdict)


FORM = Form(render)
