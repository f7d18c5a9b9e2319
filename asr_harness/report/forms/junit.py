"""The judgement as JUnit XML: the sentence, then a test case for each finding."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from asr_harness.judge.judgement import EXIT_REGRESSION, EXIT_UNDECIDED, FAILED, OPEN
from asr_harness.report import escaping, words
from asr_harness.report.forms import Form
from asr_harness.report.sentence import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.judge import Finding, Judgement, Verdict

SUITE = "asr-harness compare"
ALL = "judgement"


def render(judgement: Judgement, width: int) -> str:  # noqa: ARG001
    """Give one test suite, which fails if the status does; its first test case is the sentence.

    What is undecided is skipped, unless it is told to fail; where nothing could be compared, all is an error.
    """
    gated = [finding for finding in judgement.findings if finding.gated]
    is_red = judgement.exit_status == EXIT_REGRESSION
    undecided = "failure" if is_red and not any(finding.fails for finding in gated) else "skipped"
    tags = dict.fromkeys(FAILED, "failure") | dict.fromkeys(OPEN, undecided)
    tagged = [(finding, _tag(judgement, finding, tags)) for finding in gated]
    of_all = _tag_of_all(judgement)
    n = Counter([of_all, *(tag for _, tag in tagged)])
    suite = ET.Element(
        "testsuite",
        name=SUITE,
        tests=str(len(gated) + 1),
        failures=str(n["failure"]),
        skipped=str(n["skipped"]),
        errors=str(n["error"]),
    )
    said = escaping.xml(sentence(judgement))
    first = ET.SubElement(suite, "testcase", classname=SUITE, name=ALL)
    if of_all:
        ET.SubElement(first, of_all, message=said, type=ALL)
    ET.SubElement(first, "system-out").text = said
    for finding, tag in tagged:
        _add(suite, finding, tag)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _tag_of_all(judgement: Judgement) -> str | None:
    if judgement.is_empty and not judgement.is_itself:
        return "error"
    return {EXIT_REGRESSION: "failure", EXIT_UNDECIDED: "skipped"}.get(judgement.exit_status)


def _tag(judgement: Judgement, finding: Finding, tags: Mapping[Verdict, str]) -> str | None:
    if judgement.is_empty:
        return "error"
    return tags.get(finding.verdict) if finding.waived_by is None else None


def _add(suite: ET.Element, finding: Finding, tag: str | None) -> None:
    case = ET.SubElement(suite, "testcase", classname=escaping.xml(finding.case_id), name=finding.metric)
    told = " ".join(filter(None, (finding.verdict, words.sized(finding), words.remark(finding))))
    if tag:
        ET.SubElement(case, tag, message=escaping.xml(told), type=finding.verdict)
    ET.SubElement(case, "system-out").text = escaping.xml(told)


FORM = Form(render)
