"""Many sessions that save at once each have a number of their own, and every run is whole."""

import os
import shutil
import sys
from logging import getLogger
from pathlib import Path

import pytest
from pytest_benchmark.storage.file import FileStorage

from asr_harness.plugin.storing import store
from asr_harness.schema import load_run
from tools.crash_study import CONTENT

N_SESSIONS = 60


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="forks")
def test_simultaneous_saves_lose_nothing(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    children = []
    for _ in range(N_SESSIONS):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.close(writer)
                os.read(reader, 1)  # until all are there
                store(FileStorage(str(tmp_path), getLogger(), "machine"), CONTENT, "run")
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    os.close(reader)
    os.close(writer)
    assert not any(os.waitpid(child, 0)[1] for child in children)
    saved = sorted((tmp_path / "machine").iterdir())
    assert len({path.name[:4] for path in saved}) == len(saved) == N_SESSIONS
    for path in saved:
        load_run(path)


def test_a_folder_that_vanished_amid_the_session_is_made_again(tmp_path: Path) -> None:
    storage = FileStorage(str(tmp_path / "storage"), getLogger(), "machine")
    storage.get("x")
    shutil.rmtree(tmp_path / "storage")
    assert load_run(store(storage, CONTENT, "run")).block.session_id == "one session"
