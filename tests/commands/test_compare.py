"""`asr-harness compare` as a person and as a machine read it."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from asr_harness.cli import main
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
    assert lines[0] == "aaaaaaa (3 runs) → bbbbbbb (3 runs)"
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
    cells = {(cell["case_id"], cell["metric"]): cell for cell in found["cells"]}
    assert cells[CASE, "latency"]["effect"] == pytest.approx(0.3)
    assert cells[CASE, "wer"]["verdict"] == "unchanged"


def test_markdown_puts_failures_above_the_fold(capsys: pytest.CaptureFixture[str]) -> None:
    compare("--format", "markdown")
    above, _, below = capsys.readouterr().out.partition("<details>")
    assert f"| `{CASE}` | latency | 🔴 regression | +30.0 % |" in above
    assert len(above.splitlines()) <= 60
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
    assert f"::error title=latency regression::{CASE} +30.0 %25" in lines


def test_what_a_rule_tolerates_passes(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--fail-on", "latency>50%", "--fail-on", "rtf>50%", "--format", "json"]
    compare(*arguments)
    cells = json.loads(capsys.readouterr().out)["cells"]
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
    cells = json.loads(capsys.readouterr().out)["cells"]
    (found,) = [cell for cell in cells if (cell["case_id"], cell["metric"]) == (once, "latency")]
    assert found["note"] == "against the stored noise history"
    assert found["verdict"] == "unchanged"
