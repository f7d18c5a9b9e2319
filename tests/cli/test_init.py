import io
import shlex
from pathlib import Path
from typing import Any

import pytest
import soundfile

from asr_harness.cli import main
from asr_harness.cli.init import guess_ci
from tests.ab.test_worktrees import git
from tests.conftest import noise


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_a_terminal_nothing_is_asked_and_the_packages_own_models_are_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    assert "asr-harness/ctc-mini" in (tmp_path / "benchmarks" / "conftest.py").read_text()
    assert capsys.readouterr().out.endswith(
        "next:\n  git init\n  git add benchmarks conftest.py .benchmarks/.gitignore .gitignore pyproject.toml"
        " && git commit -m 'Benchmarks'\n  pytest benchmarks/ --benchmark-autosave\n"
    )


def test_the_steps_lead_to_a_commit_that_has_all_that_is_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text(".benchmarks/\nreport.html\n")
    (tmp_path / "my_asr.py").write_text("def load(): ...\n")
    (tmp_path / "notes.txt").touch()
    main(["init", "my_asr:load"])
    (step,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("  git "))
    git(tmp_path, *shlex.split(step.partition(" && ")[0])[1:])
    left = git(tmp_path, "ls-files", "--others", "--exclude-standard")
    assert left == "notes.txt"
    assert "my_asr.py" in git(tmp_path, "ls-files")


def test_what_has_to_be_fetched_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "openai/whisper-tiny"])
    assert "  hf download openai/whisper-tiny\n" in capsys.readouterr().out


def test_a_second_suite_overwrites_nothing(tmp_path: Path) -> None:
    main(["init", "my_asr:load", "--ci", "gitlab"])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert main(["init", "other:load", "--data", "tedlium", "--ci", "gitlab"]) == 0
    assert before.items() <= {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}.items()


def test_a_second_run_says_what_was_not_applied(capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "my_asr:load"])
    capsys.readouterr()
    main(["init", "other:load"])
    told = capsys.readouterr().out
    assert 'not applied, since benchmarks/conftest.py was kept:\n  "other": "other:load" into MODELS' in told
    main(["init"])
    assert "not applied" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("manifest:/nope.csv", "/nope.csv does not exist"),
        ("manifst:x.csv", "no corpus 'manifst' (did you mean 'manifest'?)"),
        ("librispeech:nowhere", "nowhere holds no"),
    ],
)
def test_a_corpus_that_is_not_there_is_told_before_anything_is_written(
    data: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "my_asr:load", "--data", data]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_corpus_is_looked_for_where_its_sessions_will_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "talks.csv").write_text("path,sentence\n")
    assert main(["init", "my_asr:load", "--into", "suite", "--data", "manifest:talks.csv"]) == 2
    assert "talks.csv has no rows" in capsys.readouterr().err


def manifest_of(lengths_s: list[float], folder: Path) -> None:
    rows = ["path,sentence"]
    for number, length_s in enumerate(lengths_s):
        soundfile.write(folder / f"{number}.wav", noise(length_s), 16_000, subtype="PCM_16")
        rows.append(f"{number}.wav,a word")
    (folder / "x.csv").write_text("\n".join(rows))


@pytest.mark.parametrize(
    ("lengths_s", "quick", "full"),
    [
        ([3.0, 3.5], ("5s",), ("5s",)),
        ([3.0, 12.0], ("5s", "15s"), ("5s", "15s")),
        ([30.0], ("30s",), ("30s",)),
    ],
)
def test_the_profiles_have_the_buckets_that_the_corpus_fills(
    lengths_s: list[float],
    quick: tuple[str, ...],
    full: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    manifest_of(lengths_s, tmp_path)
    assert main(["init", "my_asr:load", "--data", "manifest:x.csv"]) == 0
    assert f"buckets: {', '.join(full)}, those that x.csv fills\n" in capsys.readouterr().out
    defined: dict[str, Any] = {}
    exec((tmp_path / "benchmarks" / "conftest.py").read_text(), defined)
    assert [each.buckets for each in defined["PROFILES"].values()] == [quick, full]


def test_a_corpus_that_fills_no_bucket_says_which_to_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest_of([8.2, 9.0], tmp_path)
    assert main(["init", "my_asr:load", "--data", "manifest:x.csv"]) == 0
    assert "give pytest --asr-buckets all=8-9\n" in capsys.readouterr().out


def test_a_misspelt_recogniser_writes_nothing_unless_it_is_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my").mkdir()
    assert main(["init", "my.modul:load"]) == 2
    assert "--new to begin my/modul.py" in capsys.readouterr().err
    assert main(["init", "my.modul:load", "--new"]) == 0
    assert (tmp_path / "my" / "modul.py").exists()


def test_a_function_that_is_still_to_write_is_a_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my_asr.py").write_text("import json\n")
    main(["init", "my_asr:load"])
    assert "  write def load(*, device, **variant) in my_asr.py, " in capsys.readouterr().out


def test_a_terminal_is_asked_for_what_was_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["my_asr:load", "", "gitlab"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    assert main(["init"]) == 0
    assert "my_asr:load" in (tmp_path / "benchmarks" / "conftest.py").read_text()
    assert (tmp_path / ".gitlab-ci.yml").exists()


def test_an_answer_that_is_none_of_those_is_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setattr("builtins.input", lambda _: "jenkins")
    assert main(["init", "my_asr:load", "--data", "embedded"]) == 2
    assert "unknown workflow 'jenkins'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "text", "ci"),
    [
        (".git/config", 'url = "git@github.com:a/b"', "github"),
        (".git/config", "url = https://gitlab.example/a/b", "gitlab"),
        (".gitlab-ci.yml", "", "gitlab"),
        ("README", "", "none"),
    ],
)
def test_the_ci_is_that_of_the_remote(tmp_path: Path, file: str, text: str, ci: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert guess_ci(tmp_path) == ci


def test_a_folder_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--into", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
