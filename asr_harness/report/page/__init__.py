"""The page: one HTML file with all its scripts, figures and tables inside; nothing is fetched."""

from __future__ import annotations

import json
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from asr_harness.report.directions import directions
from asr_harness.report.page.advising import advice_section, bottlenecks_section
from asr_harness.report.page.cases import case_data, cases_section
from asr_harness.report.page.charts import controls, figures_section, specifications
from asr_harness.report.page.claims import claims_section
from asr_harness.report.page.commits import marks_of_other_commits
from asr_harness.report.page.differences import banner, differences_section
from asr_harness.report.page.markup import Html, element, text
from asr_harness.report.page.models import model_data, models_section
from asr_harness.report.page.scaling import scaling_section
from asr_harness.report.page.script import vega_script
from asr_harness.report.page.starts import has_starts, starts_section
from asr_harness.report.page.summary import machines_section, opening
from asr_harness.report.page.trends import is_shown, trends_section
from asr_harness.report.pooled import measured

if TYPE_CHECKING:
    from asr_harness.report.content import Content

SECTIONS = {
    "models": "Models",
    "comparison": "Comparison",
    "trends": "Trends",
    "figures": "Figures",
    "scaling": "Scaling",
    "starts": "Cold start",
    "bottlenecks": "Bottlenecks",
    "advice": "Advice",
    "claims": "Claims",
    "machines": "Machines and runs",
    "cases": "Cases",
}
SCRIPTS = ("state.js", "charts.js", "tables.js", "page.js")


def render(content: Content) -> str:
    """Put the page together: the verdict, the models, figures, and what they rest on."""
    compared = content.differences
    older = marks_of_other_commits(content.cases, content.newest_label)
    body = [
        opening(content.extent.n_runs, content.cases, banner(compared) if compared else "", older),
        controls(content.drawn),
        models_section(content.picks, list(dict.fromkeys(content.cases["label"])), older),
        differences_section(compared) if compared else "",
        trends_section(content.trends) if is_shown(content.trends) else "",
        figures_section(content.figures, content.not_drawn),
        scaling_section(content.latency_laws, content.memory_laws),
        starts_section(content.cases) if has_starts(content.cases) else "",
        bottlenecks_section(content.bottlenecks),
        advice_section(content.advice, directions(content.prices)),
        claims_section(content.claims, int((measured(content.cases)["n_runs"] == 1).sum())),
        machines_section(
            content.history, content.extent, content.cases, content.machines, content.machine_changes
        ),
        cases_section(),
    ]
    there = {"comparison": compared, "trends": is_shown(content.trends), "claims": content.claims}
    there["starts"] = has_starts(content.cases)
    absent = {key for key, content_of in there.items() if not content_of}
    shown = {key: title for key, title in SECTIONS.items() if key not in absent}
    links = [element("a", title, href=f"#{key}") for key, title in shown.items()]
    effects = (compared.effects,) if compared and compared.effects else ()
    data = {
        "charts": specifications((*effects, *content.figures)),
        "cases": case_data(content.cases),
        "models": model_data(content.drawn, older),
    }
    return Template(_asset("page.html")).substitute(
        title=text(content.title),
        links=Html("\n".join(links)),
        body="\n".join(part for part in body if part),
        style=_asset("page.css"),
        data=_json(data),
        vega=vega_script(),
        script="\n".join(map(_asset, SCRIPTS)),
    )


def _json(value: Any) -> str:
    """Write JSON that cannot end the script element around it, whatever texts it holds."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _asset(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")
