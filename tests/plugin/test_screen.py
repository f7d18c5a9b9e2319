"""What a person sees in a real terminal: each case one line, none broken, the running one below them."""

import sys

import pytest

from tools.pictures import screen


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # of forkpty; the child only execs
@pytest.mark.parametrize("columns", [80, pytest.param(120, marks=pytest.mark.heavy)])
def test_each_case_has_one_line_and_nothing_stays_of_the_rounds(
    suite: pytest.Pytester, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(suite.path)
    written = screen.recorded(columns, [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"])
    lines = screen.lines(screen.drawn(columns, written))
    shared = lines.index("all 2 cases: steady, cpu, 5s, baseline")
    first, second = lines[shared + 1 : shared + 3]
    assert first.startswith("[1/2] b1  ")
    assert first.endswith(" left")
    assert second.startswith("[2/2] b2  ")
    assert "WER 33.3 %" in second
    assert not any(line.startswith("[") and ("round" in line or "loading" in line) for line in lines)
    table = lines.index("all cases: steady, cpu, 5s, baseline")
    assert [line.split()[0] for line in lines[table + 1 : table + 4]] == ["case", "b1", "b2"]
