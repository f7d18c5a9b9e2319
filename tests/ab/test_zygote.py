"""A forked worker is what a new process would be: its own code, variables, log, addresses and end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asr_harness.ab.zygote import Nursery, State, Zygote
from asr_harness.processes import changed_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux alone")

TELL = """
import json, mmap, ctypes, os, random, sys
import mine
block = mmap.mmap(-1, 1 << 20)
address = ctypes.addressof(ctypes.c_char.from_buffer(block))
print(json.dumps({
    "mine": mine.NAME, "address": address, "random": random.random(), "argv": sys.argv[1:],
    "variable": os.environ.get("A_VARIABLE"), "home": os.environ.get("HOME"), "cwd": os.getcwd(),
    "has_decimal": "decimal" in sys.modules, "own_group": os.getpgid(0) == os.getpid(),
    "descriptors": sorted(map(int, os.listdir("/proc/self/fd"))), "main": __name__,
    "from_harness": [name for name in sys.modules if name.startswith("asr_harness")],
}), flush=True)
{end}
"""


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    with closing(Zygote(sys.executable, None)) as made:
        yield made


def told(zygote: Zygote, folder: Path, end: str = "", name: str = "one") -> tuple[int, Mapping[str, object]]:
    folder.mkdir(exist_ok=True)
    (folder / "mine.py").write_text(f"NAME = {name!r}\n")
    (folder / "tell.py").write_text(TELL.replace("{end}", end))
    log = folder / "log"
    log.write_text("")
    environment = {"A_VARIABLE": "x", "PATH": os.environ["PATH"]}
    process = zygote.fork("tell", ["--an", "argument"], folder=folder, environment=environment, log=log)
    status = process.wait(20)
    return status, json.loads(log.read_text().splitlines()[0])


def test_what_is_forked_has_its_memory_in_large_pages(zygote: Zygote) -> None:
    # The C library reads this as a process starts, and a fork is no such start.
    started_with = Path(f"/proc/{zygote._process.pid}/environ").read_bytes().split(b"\0")
    assert any(one.startswith(b"GLIBC_TUNABLES=") and b"glibc.malloc.hugetlb=" in one for one in started_with)


def test_a_fork_runs_its_own_folder_s_code_with_its_own_variables(zygote: Zygote, tmp_path: Path) -> None:
    assert zygote.import_all(["decimal"]).n_threads == 1
    (status, base), (_, candidate) = (told(zygote, tmp_path / name, name=name) for name in ("base", "cand"))
    assert (status, base["mine"], candidate["mine"]) == (0, "base", "cand")
    assert base["cwd"] == str(tmp_path / "base")
    assert (base["variable"], base["home"], base["argv"]) == ("x", None, ["--an", "argument"])
    assert base["has_decimal"]
    assert base["own_group"]
    assert base["main"] == "__main__"
    assert base["from_harness"] == []
    assert base["descriptors"] == [0, 1, 2, 3]  # the last one is of the listing itself


def test_forks_have_addresses_and_random_numbers_of_their_own(zygote: Zygote, tmp_path: Path) -> None:
    zygote.import_all([])
    values = [told(zygote, tmp_path / "a")[1] for _ in range(4)]
    assert len({value["address"] for value in values}) > 1
    assert len({value["random"] for value in values}) == len(values)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("sys.exit(3)", 3),
        ("raise ValueError", 1),
        ("os.kill(os.getpid(), 9)", -9),
        ("os.kill(os.getpid(), 11)", -11),
    ],
)
def test_a_fork_s_end_is_told_as_that_of_any_process(
    zygote: Zygote, tmp_path: Path, end: str, status: int
) -> None:
    zygote.import_all([])
    assert told(zygote, tmp_path / "a", end)[0] == status


def test_closing_leaves_no_process(tmp_path: Path) -> None:
    zygote = Zygote(sys.executable, None)
    zygote.import_all([])
    (tmp_path / "sleep.py").write_text("import time; time.sleep(600)")
    log = tmp_path / "log"
    log.write_text("")
    process = zygote.fork("sleep", [], folder=tmp_path, environment={}, log=log)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.2)
    zygote.close()
    assert process.returncode == -signal.SIGKILL
    assert _is_gone(process.pid)


def _is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


@pytest.mark.parametrize(
    ("state", "own", "reason"),
    [
        (State(2), {"PYTEST_VERSION"}, "importing started 1 threads, which a fork would lose"),
        (State(1, ("cuda",)), {"PYTEST_VERSION"}, "importing initialised cuda, which no fork can use"),
        (State(1), {"OMP_NUM_THREADS"}, "the code of base sets OMP_NUM_THREADS, too late for"),
        (State(1), None, "the asr-harness of base does not tell which variables its code sets"),
        (State(1, variables=frozenset({"OMP_NUM_THREADS"})), {"OMP_NUM_THREADS"}, None),
    ],
)
def test_what_no_new_process_would_be_is_not_forked_from(
    monkeypatch: pytest.MonkeyPatch, state: State, own: set[str] | None, reason: str | None
) -> None:
    monkeypatch.setattr(Zygote, "import_all", lambda *_: state)
    nursery = Nursery()
    nursery.learn("base", {}, [])
    if own is not None:
        nursery.learn_variables("base", own)
    nursery.prepare([sys.executable, sys.executable], None)
    assert (nursery.zygote is None) == (reason is not None)
    assert (nursery.why_not or "").startswith(reason or "")
    nursery.close()


def test_a_process_knows_which_variables_it_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_VARIABLE_OF_THIS_TEST", "x")
    monkeypatch.delenv("PATH")
    assert {"A_VARIABLE_OF_THIS_TEST", "PATH"} <= {*changed_variables()}
    assert "HOME" not in changed_variables()


def test_threads_are_counted() -> None:
    program = """
import threading, time
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
from asr_harness.ab.zygote_program import n_threads
print(n_threads())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 2


def test_what_cannot_be_imported_is_left_to_the_forks(zygote: Zygote) -> None:
    assert zygote.import_all(["no_such_module_anywhere"]) == State(1)


def test_sides_of_two_pythons_are_not_forked() -> None:
    nursery = Nursery()
    nursery.prepare(["/a/python", "/b/python"], None)
    assert nursery.zygote is None
    assert nursery.why_not == "each side has a Python of its own"


def test_only_what_both_sides_have_installed_is_imported_before(tmp_path: Path) -> None:
    (tmp_path / "vendored").mkdir()
    installed = "/x/site-packages"
    files = {
        "torch.nn": f"{installed}/torch/nn/__init__.py",
        "vendored.part": f"{installed}/vendored/part.py",
        "asr_harness.measure": f"{installed}/asr_harness/measure/__init__.py",
        "pytest.__main__": f"{installed}/pytest/__main__.py",
        "own": str(tmp_path / "own.py"),
        "alone": f"{installed}/alone.py",
    }
    nursery = Nursery()
    nursery.learn("base", files, [tmp_path])
    nursery.learn("candidate", {name: file for name, file in files.items() if name != "alone"}, [])
    assert nursery.in_common() == ["torch.nn"]
