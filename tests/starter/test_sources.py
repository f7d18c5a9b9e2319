"""What a MODEL of `init` names: one's own that is there, misspelt or to be begun, or something to fetch."""

from pathlib import Path

import pytest

from asr_harness.errors import GridError, StarterError
from asr_harness.starter.own import Own, defined_in
from asr_harness.starter.sources import check_checkpoint, name_models, to_fetch

TONES = """
import torch
from elsewhere import made as load_small

if True:
    BASE = 3

class Tones:
    def hear(self): ...

def load(*, device): ...
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Lay out a repository with a module, a package and a package under src."""
    for path in ("my/__init__.py", "my/module.py", "src/deep/model.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "tones.py").write_text(TONES)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("my_package.asr:load", "asr"),
        ("openai/whisper-tiny.en", "whisper-tiny.en"),
        ("/models/mine/", "mine"),
        ("/models/one two", "one_two"),
        ("http://127.0.0.1:8000/v1#whisper-1", "whisper-1"),
        ("faster-whisper:openai/whisper-tiny", "faster-whisper.whisper-tiny"),
    ],
)
def test_a_model_is_named_by_what_tells_it_from_others(source: str, name: str) -> None:
    assert name_models([source]) == {name: source}


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(GridError, match="would both be called 'tiny'"):
        name_models(["one/tiny", "two/tiny"])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "tones:laod",
            r"tones\.py has no 'laod'; give tones:load if that is meant, else write laod there first",
        ),
        (
            "my.modul:Mine",
            r"my/ has no module 'modul' \(did you mean 'module'\?\); .* --new to begin my/modul\.py",
        ),
        ("my.other:Mine", r"my/ has no module 'other'; .* --new to begin my/other\.py"),
        (
            "deep.modell:load",
            r"src/deep/ has no module 'modell' \(did you mean 'model'\?\); .* src/deep/modell\.py",
        ),
        ("tone:load", r"this repository has no module 'tone' \(did you mean 'tones'\?\)"),
    ],
)
def test_what_is_likely_misspelt_is_no_new_recogniser(source: str, message: str, root: Path) -> None:
    with pytest.raises(StarterError, match=message):
        Own.of(source, root).check(may_begin=False)


def test_a_module_of_nearly_another_name_is_begun_where_that_is_asked_for(root: Path) -> None:
    own = Own.of("my.modul:Mine", root)
    own.check(may_begin=True)
    assert own.is_to_begin


@pytest.mark.parametrize(
    "source", ["tones:load", "tones:load_small", "my.module:Mine", "quite.new:load", "ours:load"]
)
def test_what_is_there_or_unlike_all_that_is_there_is_taken(source: str, root: Path) -> None:
    Own.of(source, root).check(may_begin=False)


def test_what_a_distribution_has_is_not_begun(root: Path) -> None:
    assert not Own.of("pytest:load", root).is_to_begin


def test_only_what_a_module_defines_at_its_top_counts(root: Path) -> None:
    assert defined_in(root / "tones.py") == {"torch", "load_small", "BASE", "Tones", "load"}
    (root / "tones.py").write_text("from elsewhere import *")
    assert defined_in(root / "tones.py") is None


def test_a_function_that_is_still_to_write_is_told_from_one_that_is_there(root: Path) -> None:
    assert Own.of("my.module:load", root).lacks_function
    assert not Own.of("tones:load", root).lacks_function


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "tones",
            r"'tones' alone names no model \(tones\.py is here: tones:FUNCTION\): give module:",
        ),
        ("whisper", "'whisper' alone names no model: give module:function"),
        ("./models/mine", "'./models/mine' is no folder, and no id of the hub"),
        ("faster-whisper:base", "'base' alone names no model"),
    ],
)
def test_what_names_no_checkpoint_is_told_the_ways_to_name_a_model(
    source: str, message: str, root: Path
) -> None:
    with pytest.raises(StarterError, match=message):
        check_checkpoint(source, root)


@pytest.mark.parametrize(
    ("source", "fetched"),
    [
        ("openai/whisper-tiny", "openai/whisper-tiny"),
        ("faster-whisper:openai/whisper-tiny", "openai/whisper-tiny"),
        ("http://127.0.0.1:8000/v1#whisper-1", None),
        ("my_asr:load", None),
    ],
)
def test_only_a_checkpoint_is_fetched(source: str, fetched: str | None, root: Path) -> None:
    assert to_fetch(source) == fetched
    check_checkpoint(source, root)
