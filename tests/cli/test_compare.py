"""`asr-harness compare` as a person and as a machine read it."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from asr_harness.cli import main
from asr_harness.judge import Finding, Judgement
from asr_harness.judge.judgement import VERDICTS
from asr_harness.report import verdicts
from tests.saved_runs import CASE, measured, unmeasured, write_run

OTHER = "ctc-mini-cpu-5s-b1-baseline"


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three runs of a base, and three of a candidate that is a third slower and lost a case."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    for name, scale in (("a", 1.0), ("b", 1.3)):
        for index in range(3):
            rounds_s = (scale * (1 + 0.001 * index),) * 3
            other = measured(OTHER) if name == "a" else unmeasured("oom", OTHER, "no room")
            path = tmp_path / ".benchmarks" / f"{name}{index}.json"
            write_run(path, measured(rounds_s=rounds_s, wrong=(1, 1, 1, 1)), other, commit=name * 40)
    return tmp_path / ".benchmarks"


def compare(*arguments: str) -> int:
    return main(["compare", "aaaaaaa", "bbbbbbb", *arguments])


@pytest.fixture(autouse=True)
def named_by_commit(storage: Path) -> None:
    """Give files names that hold their commit, as pytest-benchmark does."""
    for path in list(storage.glob("*.json")):
        path.rename(path.with_name(f"{path.stem}_{path.stem[0] * 40}.json"))


def test_the_table_shows_the_worst_first_folds_the_rest_and_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare() == 1
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("REGRESSION: whisper-tiny on cpu, 5s b1 is 30.0 % slower (")
    assert "aaaaaaa (3 runs) → bbbbbbb (3 runs)" in lines
    assert any("outcome" in line and "regression" in line for line in lines)
    assert "measured → oom: no room" in " ".join(lines)
    latency = next(line for line in lines if line.strip().startswith("latency"))
    assert "+30.0 %" in latency
    assert lines[-1].startswith("REGRESSION: ")
    assert lines[-1].index("regression") < lines[-1].index("unchanged")


def test_json_has_every_cell_and_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    compare("--format", "json")
    found = json.loads(capsys.readouterr().out)
    assert found["exit_status"] == 1
    cells = {(cell["case_id"], cell["metric"]): cell for cell in found["findings"]}
    assert cells[CASE, "latency"]["effect"] == pytest.approx(0.3)
    assert cells[CASE, "wer"]["verdict"] == "unchanged"


def test_markdown_puts_failures_above_the_fold(capsys: pytest.CaptureFixture[str]) -> None:
    compare("--format", "markdown")
    above, _, below = capsys.readouterr().out.replace("\xa0", " ").partition("<details>")
    assert "| latency | 🔴 regression | 250 → 325 ms | +30.0 % |" in above
    assert len(above.splitlines()) <= 15
    assert "unchanged" in below


def test_junit_fails_what_regressed(capsys: pytest.CaptureFixture[str]) -> None:
    compare("--format", "junit")
    suite = ET.fromstring(capsys.readouterr().out)
    failed = {(case.get("classname"), case.get("name")) for case in suite if case.find("failure") is not None}
    assert (CASE, "latency") in failed
    assert (OTHER, "outcome") in failed
    assert suite.get("failures") == str(len(failed))


def test_github_gets_an_annotation_for_each_failure(capsys: pytest.CaptureFixture[str]) -> None:
    compare("--format", "github")
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith(f"::error title=latency regression::{CASE} +30.0 %25 (") for line in lines)


def test_what_a_rule_tolerates_passes(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--fail-on", "latency>50%", "--fail-on", "rtf>50%", "--format", "json"]
    compare(*arguments)
    cells = json.loads(capsys.readouterr().out)["findings"]
    assert {cell["verdict"] for cell in cells if cell["metric"] in ("latency", "rtf")} == {"unchanged"}


@pytest.mark.parametrize("rule", ["speed>5%", "wer>5%", "turbo-*:rtf>5%"])
def test_an_unusable_rule_is_one_message_and_status_two(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare("--fail-on", rule) == 2
    assert rule in capsys.readouterr().err


def test_an_unknown_side_is_one_message_and_status_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "aaaaaaa", "0042"]) == 2
    assert "no run number 0042" in capsys.readouterr().err


def test_a_case_with_one_run_is_judged_by_former_runs_though_the_sides_have_more(
    storage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once = "ctc-mini-cpu-15s-b1-baseline"
    for index, commit in enumerate("cccccde"):
        factor = 1 + 0.001 * index
        path = storage / f"{index}_{commit * 40}.json"
        write_run(path, measured(once, rounds_s=(factor,) * 3), commit=commit * 40, day=index)
    main(["compare", "aaaaaaa,ddddddd", "bbbbbbb,eeeeeee", "--format", "json"])
    cells = json.loads(capsys.readouterr().out)["findings"]
    (found,) = [cell for cell in cells if (cell["case_id"], cell["metric"]) == (once, "latency")]
    assert found["note"] == "against the stored noise history"
    assert found["verdict"] == "unchanged"


@pytest.fixture
def odd(storage: Path) -> None:
    """Let a case be lost for a reason that no form of the verdicts may take for its own."""
    reason = "<b> | \x1b[31mred\x1b[0m `x`\n::error::100% \N{REPLACEMENT CHARACTER} " + "long " * 200
    for path in storage.glob("b*.json"):
        write_run(path, measured(wrong=(1,) * 4), unmeasured("failed", OTHER, reason), commit="b" * 40)


def test_junit_holds_any_reason(odd: None, capsys: pytest.CaptureFixture[str]) -> None:
    compare("--format", "junit")
    suite = ET.fromstring(capsys.readouterr().out)
    said, lost = [failure.get("message") for failure in suite.iter("failure")]
    assert str(said).startswith("REGRESSION: 1 case lost, ")
    assert "measured → failed: <b> | \N{REPLACEMENT CHARACTER}[31mred" in str(lost)


def test_markdown_holds_any_reason_in_one_row(odd: None, capsys: pytest.CaptureFixture[str]) -> None:
    compare("--format", "markdown")
    first, row = [line for line in capsys.readouterr().out.splitlines() if "failed: " in line]
    assert first.startswith("**🔴 REGRESSION: 1 case lost, ")
    assert row.startswith("- `")
    assert "&lt;b> \\| " in row
    assert max(len(first), len(row)) < 500


def test_github_holds_any_reason_in_one_command(odd: None, capsys: pytest.CaptureFixture[str]) -> None:
    compare("--format", "github")
    lines = capsys.readouterr().out.splitlines()
    assert [line[:7] for line in lines if "::error" in line] == ["::error"] * 2
    assert "%0A::error::100%25" in lines[1]


def test_a_comment_of_very_many_cases_is_cut_where_github_would_refuse_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [f"model-{i}-cpu-5s-b1-baseline" for i in range(200)]
    runs = [write_run(tmp_path / f"{name}.json", *map(measured, cases), commit=name * 40) for name in "ab"]
    main(["compare", *(str(run.path) for run in runs), "--format", "markdown"])
    said = capsys.readouterr().out
    assert len(said) < 65_536 / 2
    assert "more that do not fit; `asr-harness compare --format json` has them all\n\n</details>" in said


@pytest.mark.parametrize(("choice", "failures", "skipped"), [("pass", 0, 3), ("fail", 4, 0)])
def test_junit_fails_where_the_undecided_is_told_to(
    choice: str, failures: int, skipped: int, storage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base, candidate = (str(next(storage.glob(f"a{i}*.json"))) for i in (0, 1))
    main(["compare", base, candidate, "--undecided", choice, "--format", "junit"])
    suite = ET.fromstring(capsys.readouterr().out)
    assert (suite.get("failures"), suite.get("skipped")) == (str(failures), str(skipped))


@pytest.mark.parametrize(("form", "said"), [("junit", 'errors="2"'), ("github", "::error title=asr-harness")])
def test_nothing_to_compare_is_an_error_in_every_form(
    form: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [write_run(tmp_path / f"{name}.json", unmeasured("failed"), commit=name * 40) for name in "ab"]
    assert main(["compare", *(str(run.path) for run in runs), "--format", form]) == 2
    assert said in capsys.readouterr().out


def test_the_headline_of_every_verdict_fits(storage: Path) -> None:
    findings = tuple(Finding(CASE, f"{verdict}{i}", verdict) for verdict in VERDICTS for i in range(100))
    found = Judgement("a" * 200, "b", "run", (1, 1), 0.01, findings)
    assert max(map(len, verdicts.lines(found, 80))) <= 80
    assert len(verdicts.opening(found, 80)) >= 2
