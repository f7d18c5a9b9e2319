"""What a suite in somebody's own repository is made of."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from asr_harness.errors import StarterError
from asr_harness.grid import Grid
from asr_harness.starter import files
from asr_harness.starter.writing import write
from asr_harness.systems import Transcription

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "test_transcribe.py"


def grid(models: dict[str, str], data: str) -> Grid:
    defined: dict[str, object] = {}
    exec(files.grid_text(models, data), defined)
    made = defined["pytest_asr_grid"]()
    assert isinstance(made, Grid)
    return made


def test_the_grid_that_is_written_is_the_grid_that_was_asked_for() -> None:
    made = grid({"asr": "my.asr:load"}, 'tedlium:/a "quoted" folder')
    assert made.models == {"asr": "my.asr:load"}
    assert {profile.data for profile in made.profiles.values()} == {'tedlium:/a "quoted" folder'}
    assert made.default_profile == "quick"
    assert made.profiles["quick"].buckets == files.QUICK_BUCKETS
    assert made.profiles["full"].buckets == files.FULL_BUCKETS


def test_the_benchmark_is_the_one_of_the_repository() -> None:
    (text,) = (file.text for file in files.suite_files("") if file.path == "benchmarks/test_transcribe.py")
    assert text == BENCHMARK.read_text("utf-8")


def test_a_recogniser_that_is_not_there_is_begun_and_answers_a_batch(tmp_path: Path) -> None:
    (begun,) = files.own_files(["my.asr:load_it", "openai/whisper-tiny"], tmp_path)
    defined: dict[str, object] = {}
    exec(begun.text, defined)
    system = defined["load_it"](device="cpu", dtype="float16")
    assert begun.path == "my/asr.py"
    assert system.decode(system.encode(system.preprocess([1, 2]))) == Transcription(("hello world",) * 2)


def test_a_function_called_as_the_class_of_a_first_version_makes_another_class(tmp_path: Path) -> None:
    (begun,) = files.own_files(["my_asr:Recogniser"], tmp_path)
    defined: dict[str, Any] = {}
    exec(begun.text, defined)
    assert defined["Recogniser"](device="cpu").device == "cpu"


@pytest.mark.parametrize("place", ["my_asr.py", "src/my_asr.py", "my_asr/__init__.py"])
def test_a_recogniser_that_is_there_is_left_alone(place: str, tmp_path: Path) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert files.own_files(["my_asr:load"], tmp_path) == []


@pytest.mark.parametrize("source", ["my-asr:load", "my_asr:", "../my_asr:load"])
def test_a_source_that_names_no_function_is_refused(source: str, tmp_path: Path) -> None:
    with pytest.raises(StarterError, match="give module:function"):
        files.own_files([source], tmp_path)


@pytest.mark.parametrize("name", files.SETTINGS)
def test_settings_of_the_repository_stay(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    lines = write(files.settings_files(tmp_path), tmp_path)
    assert [line.split()[1].rstrip(";") for line in lines] == [name, "benchmarks/requirements.txt"]
    assert "pythonpath" in lines[0]
    assert (tmp_path / name).read_text() == ""


def test_ci_installs_a_repository_that_is_a_package(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "mine"\n')
    *_, requirements = files.settings_files(tmp_path)
    assert requirements.text.splitlines()[-1] == "-e ."


@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_a_workflow_is_valid_and_judges_two_commits(ci: str) -> None:
    texts = [file.text for file in files.ci_files(ci)]
    assert all(yaml.safe_load(text) for text in texts)
    assert "asr-harness " in texts[0]
    for action in re.findall(r"uses: (\S+)", texts[0]):
        assert re.search(r"@(v\d+|[0-9a-f]{40})$", action), f"{action} can change under us"


def test_without_a_ci_there_is_no_workflow() -> None:
    assert files.ci_files("none") == []
