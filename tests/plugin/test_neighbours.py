"""Options of other plugins: refused in one sentence before anything runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.plugin.options import _split

Run = Callable[..., pytest.RunResult]

OTHERS = """
from importlib.util import find_spec

def pytest_addoption(parser):
    parser.addoption("--codspeed", action="store_true")
    parser.addoption("--count", type=int, default=1)
    parser.addoption("--reruns", type=int)
    parser.addoption("--cov", action="append", dest="cov_source", default=[])
"""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--benchmark-skip"], "*--benchmark-skip leaves nothing to measure*"),
        (["--benchmark-timer=time.process_time"], "*--benchmark-timer*no clock*"),
        (["--benchmark-cprofile=tottime"], "*--benchmark-cprofile*drop it*"),
        (["-p", "no:benchmark"], "*pytest-benchmark is not active*"),
        (["-p", "others", "--codspeed"], "*--codspeed replaces pytest-benchmark*"),
        (["-p", "others", "--count=2"], "*--count makes copies*"),
        (["-p", "others", "--reruns=2"], "*--reruns*hides*"),
        (["-n", "2"], "*pytest-xdist runs cases side by side*"),
        (["--dist=load"], "*pytest-xdist runs cases side by side*"),
        (["-p", "others", "--cov=here"], "*--cov traces every line*"),
    ],
)
def test_what_would_spoil_a_measurement_is_refused(
    run: Run, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    suite.makepyfile(others=OTHERS)
    monkeypatch.syspath_prepend(suite.path)
    result = run(*options, *([] if "no:benchmark" in options else ["--benchmark-autosave"]))
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines([message])
    assert not list(suite.path.glob(".benchmarks/**/*.json*"))


def test_a_folder_with_commas_is_one_value(tmp_path: Path) -> None:
    folder = tmp_path / "lr=1,wd=2,x"
    folder.mkdir()
    assert _split(f"a,{folder},b") == ["a", str(folder), "b"]
    assert _split("a,b,c") == ["a", "b", "c"]
