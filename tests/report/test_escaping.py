"""Each form's own: what a text of a run may not do there."""

from pathlib import Path

import pandas as pd
import pytest

from asr_harness.judge import Evidence, Judgement, judge
from asr_harness.judge.policy import Policy
from asr_harness.report import escaping, forms
from asr_harness.report.tables import write_csv
from tests.saved_runs import CASE, measured, unmeasured, write_run

EVIL = "\x1b[31mred\n::error::x\r|`<b>![i](http://x)@all\u202e"


@pytest.fixture(scope="module")
def judgement(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    folder = tmp_path_factory.mktemp("runs")
    base = write_run(folder / "a.json", measured(CASE))
    candidate = write_run(folder / "b.json", unmeasured("failed", CASE, EVIL), commit="b" * 40)
    return judge(Evidence((base,), (candidate,), ()), Policy())


@pytest.mark.parametrize("name", forms.names())
def test_no_form_steers_a_terminal(judgement: Judgement, name: str) -> None:
    assert not escaping.CONTROL.search(forms.render(name, judgement, 100))


def test_no_line_but_ours_is_a_command_of_github(judgement: Judgement) -> None:
    lines = forms.render("github", judgement, 100).splitlines()
    assert all(" title=" in line for line in lines if line.startswith("::"))


def test_markdown_holds_no_markup_of_a_run() -> None:
    assert escaping.markdown(EVIL) == (
        r"\\x1b\[31mred ::error::x \|\`&lt;b>!\[i\](http://x)@" + "\u200b" + r"all\x202e"
    ).replace(r"\\x1b", r"\x1b")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum(a1)", "\tx"])
def test_a_spreadsheet_reckons_with_no_text(tmp_path: Path, text: str) -> None:
    write_csv(pd.DataFrame({"reason": [text, None], "latency_s": [-1.0, 2.0]}), tmp_path / "t.csv")
    first, second = (tmp_path / "t.csv").read_text().splitlines()[1:]
    assert first == f"'{text},-1.0"
    assert second == ",2.0"
