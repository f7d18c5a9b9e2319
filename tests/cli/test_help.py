"""Every command has examples that its parser takes, and tells the defaults of its options."""

import argparse
import re
import shlex
import sys

import pytest

from asr_harness.cli import SEPARATOR, build_parser, command_names, main
from asr_harness.cli._examples import EXAMPLES, FIRST_STEPS
from asr_harness.cli.completion import SHELLS


def example_lines() -> list[tuple[str, str]]:
    return [
        (command, line.strip())
        for command, text in EXAMPLES.items()
        for line in text.splitlines()
        if line.startswith("  ")
    ]


def test_every_command_has_examples() -> None:
    assert sorted(EXAMPLES) == sorted(command_names())


@pytest.mark.parametrize("text", [FIRST_STEPS, *EXAMPLES.values()])
def test_what_help_shows_as_it_is_written_fits_a_terminal_of_80_columns(text: str) -> None:
    assert [line for line in text.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(("command", "line"), example_lines())
def test_an_example_is_a_command_that_is_understood(command: str, line: str) -> None:
    words = shlex.split(re.split(r" {2,}| > ", line)[0])
    own = words[1 : words.index(SEPARATOR)] if SEPARATOR in words else words[1:]
    assert words[0] == "asr-harness"
    assert build_parser(command).parse_args(own).command == command


@pytest.mark.parametrize("command", command_names())
def test_help_shows_the_examples_as_they_stand(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert EXAMPLES[command].strip() in capsys.readouterr().out


@pytest.mark.parametrize("command", command_names())
def test_every_option_has_a_help_text(command: str) -> None:
    parser = build_parser(command)
    (subparsers,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    without = [a.dest for a in subparsers.choices[command]._actions if not a.help and a.dest != "shell"]
    assert not without


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (["prepare", "--data", "tedlium"], ["prepare", "--asr-data", "tedlium"]),
        (["init", "--data", "tedlium"], ["init", "--asr-data", "tedlium"]),
        (["compare", "a", "b", "--storage", "s"], ["compare", "a", "b", "--benchmark-storage", "s"]),
        (["ab", "a", "b", "--storage", "s"], ["ab", "a", "b", "--benchmark-storage", "s"]),
        (["report", "--storage", "s"], ["report", "--benchmark-storage", "s"]),
        (["history", "--storage", "s"], ["history", "--benchmark-storage", "s"]),
    ],
)
def test_one_thing_has_both_of_its_names(ours: list[str], theirs: list[str]) -> None:
    assert build_parser(ours[0]).parse_args(ours) == build_parser(ours[0]).parse_args(theirs)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_completes_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert [name for name in command_names() if name not in script] == []


def test_completion_without_shtab_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 2
    assert "pip install 'asr-harness[completion]'" in capsys.readouterr().err


def test_a_shtab_that_does_not_know_the_shell_says_what_to_upgrade(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shtab.SUPPORTED_SHELLS", ["bash", "zsh"])
    assert main(["completion", "fish"]) == 2
    assert "completes bash, zsh, and not fish: pip install --upgrade shtab" in capsys.readouterr().err
