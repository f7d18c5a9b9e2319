from pathlib import Path

import pytest

from asr_harness import settings
from asr_harness.errors import RuleError


def written(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.asr-harness]\n{text}\n", "utf-8")
    return folder


def test_rules_of_the_file_and_of_the_command_line_both_hold(tmp_path: Path) -> None:
    found = settings.join(fail_on=["wer>1pt"], folder=written(tmp_path, 'fail-on = ["rtf>5%"]'))
    assert [rule.text for rule in found.rules] == ["rtf>5%", "wer>1pt"]


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert settings.join(folder=tmp_path) == settings.Settings()


def test_the_command_line_wins_where_only_one_can(tmp_path: Path) -> None:
    found = settings.join(
        alpha=0.05, undecided="fail", folder=written(tmp_path, 'alpha = 0.1\nundecided = "pass"')
    )
    assert (found.alpha, found.undecided) == (0.05, "fail")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('failon = ["rtf>5%"]', "no key 'failon'"),
        ('fail-on = "rtf>5%"', "a list of rules"),
        ("alpha = 5", "not between 0 and 1"),
        ('undecided = "maybe"', "neither 'pass' nor 'fail'"),
        ("alpha = ", "cannot read"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=said):
        settings.join(folder=written(tmp_path, text))


@pytest.mark.parametrize(
    ("content", "said"), [(b"[tool]\nasr-harness = 5", "it is a table"), (b"\xff", "cannot read")]
)
def test_a_file_of_another_shape_says_so(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(RuleError, match=said):
        settings.join(folder=tmp_path)


def test_a_file_that_says_nothing_of_tools_is_none(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool = 3", "utf-8")
    assert settings.join(folder=tmp_path) == settings.Settings()
