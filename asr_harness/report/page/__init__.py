"""The page: one HTML file with all its scripts, figures and tables inside; nothing is fetched."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from asr_harness.report.page.advising import advice_section, bottlenecks_section
from asr_harness.report.page.cases import case_data, cases_section
from asr_harness.report.page.charts import controls, figures_section, specifications
from asr_harness.report.page.claims import claims_section, counted
from asr_harness.report.page.differences import differences_section
from asr_harness.report.page.markup import Html, element, text
from asr_harness.report.page.scaling import scaling_section
from asr_harness.report.page.summary import summary
from asr_harness.report.page.trends import is_shown, trends_section
from asr_harness.report.pooled import measured

if TYPE_CHECKING:
    from asr_harness.report.content import Content

SECTIONS = {
    "summary": "Summary",
    "comparison": "Comparison",
    "trends": "Trends",
    "figures": "Figures",
    "claims": "Claims",
    "scaling": "Scaling",
    "bottlenecks": "Bottlenecks",
    "advice": "Advice",
    "cases": "Cases",
}


def render(content: Content) -> str:
    """Put the page together."""
    compared = content.differences
    body = [
        summary(content.table, content.cases, content.machines, _verdicts(content)),
        differences_section(compared) if compared else "",
        trends_section(content.trends) if is_shown(content.trends) else "",
        controls(content.drawn),
        figures_section(content.figures, content.not_drawn),
        claims_section(content.claims, int((measured(content.cases)["n_runs"] == 1).sum())),
        scaling_section(content.latency_laws, content.memory_laws),
        bottlenecks_section(content.bottlenecks),
        advice_section(content.advice),
        cases_section(),
    ]
    there = {"comparison": compared, "trends": is_shown(content.trends), "claims": content.claims}
    absent = {key for key, content_of in there.items() if not content_of}
    shown = {key: title for key, title in SECTIONS.items() if key not in absent}
    links = [element("a", title, href=f"#{key}") for key, title in shown.items()]
    return Template(_asset("page.html")).substitute(
        title=text(content.title),
        links=Html("\n".join(links)),
        body="\n".join(part for part in body if part),
        style=_asset("page.css"),
        data=_json({"charts": specifications(content.figures), "cases": case_data(content.cases)}),
        vega=vega_script(),
        script=_asset("page.js"),
    )


def _verdicts(content: Content) -> Html:
    """Say how the claims stand, and how the comparison ended."""
    compared = content.differences
    link = element("a", compared.headline, href="#comparison") if compared else ""
    return (
        Html(element("p", element("b", link)) + counted(content.claims))
        if compared
        else counted(content.claims)
    )


@cache
def vega_script() -> str:
    """Give Vega, Vega-Lite and Vega-Embed as one script, from the package that also makes the images."""
    import vl_convert

    return str(vl_convert.javascript_bundle()).replace(  # type: ignore[call-arg]
        "</script", "<\\/script"
    )


def _json(value: Any) -> str:
    """Write JSON that cannot end the script element around it, whatever texts it holds."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _asset(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")
