"""A case that failed shows itself, the method and the frames of whoever wrote it, and nothing of ours."""

from pathlib import Path
from typing import Any

import pytest

from asr_harness.errors import GridError, ModelError
from asr_harness.grid import Profile
from asr_harness.measure import transcribe
from asr_harness.plugin.failures import Writers, place
from asr_harness.schema import Case
from asr_harness.systems.own import OwnSystem
from tests.conftest import noise

CASE = Case("mine", "cpu", "5s", 4, "baseline")
OWN = """
import json

class Mine:
    def preprocess(self, audio):
        return audio

    def encode(self, features):
        return self.inner(features)

    def inner(self, features):
        try:
            json.loads("{")
        except ValueError as error:
            raise RuntimeError("no settings") from error

    decode = preprocess

def load(*, device):
    return Mine()
"""


@pytest.fixture
def raised(tmp_path: Path) -> Exception:
    """Give what a recogniser of one's own raises in the middle of its work."""
    path = tmp_path / "my_asr.py"
    path.write_text(OWN)
    defined: dict[str, Any] = {"__name__": "my_asr"}
    exec(compile(OWN, path, "exec"), defined)
    with pytest.raises(RuntimeError) as caught:
        transcribe(OwnSystem(defined["load"](device="cpu")), [noise(0.1)])
    return caught.value


def test_an_error_of_ones_own_code_shows_the_case_the_method_and_ones_own_frames(raised: Exception) -> None:
    shown = Writers("my_asr:load", __file__).described(raised, CASE)
    assert shown is not None
    head, method, *_ = shown.splitlines()
    assert head == "mine on cpu, bucket 5s, batch size 4, variant baseline:"
    assert method == "my_asr.py:Mine.inner raised RuntimeError"
    assert 'my_asr.py", line 9, in encode' in shown
    assert "JSONDecodeError: Expecting" in shown
    assert shown.endswith("RuntimeError: no settings")
    assert "asr_harness/" not in shown
    assert "test_failures" not in shown
    assert shown.count("json/decoder.py") == 1  # the frame that raised, and none between


def test_an_error_that_went_through_nobodys_code_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018
    assert Writers("my_asr:load", __file__).described(caught.value, CASE) is None
    assert Writers("my_asr:load", __file__).method(caught.value) is None


def test_what_is_for_the_user_to_mend_is_the_case_and_the_message() -> None:
    shown = Writers("my_asr:load", __file__).described(ModelError("return one text"), CASE)
    assert shown == "mine on cpu, bucket 5s, batch size 4, variant baseline:\nreturn one text"


def test_an_error_in_a_grid_is_placed_by_the_line_of_the_suite() -> None:
    with pytest.raises(GridError) as caught:
        Profile(model="mine")  # type: ignore[call-arg]
    line = caught.tb.tb_lineno
    assert place(caught.value) == f"{__file__}:{line}: "
    assert place(GridError("never raised")) == ""
