"""Command-line options, each of which can stand in pytest.ini too (`asr_models` for `--asr-models`)."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asr_harness.errors import AsrHarnessError
from asr_harness.judge.policy import OPTIONS
from asr_harness.paths import folder_at
from asr_harness.plugin import known_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from asr_harness.judge.policy import Option

    Value = TypeVar("Value")

AXES = {
    "models": "models by name, hub id, checkpoint folder, module:function or BASE_URL#MODEL",
    "devices": "devices by name; NAME:1 is the second of its kind",
    "buckets": f"audio-length buckets ({known_names.BUCKETS}), or new ones as NAME=LOW-HIGH in seconds",
    "batch-sizes": "batch sizes",
    "variants": f"ways to run a model ({known_names.VARIANTS}); join several with +",
}
SETTINGS = {
    "profile": (
        "NAME",
        "which profile the axes start from, such as quick or full (default: the suite's first)",
    ),
    "data": (
        "SPEC",
        "corpus: embedded, tedlium, or tedlium:, librispeech:, manifest:PATH; + and a harm, as +noise10db",
    ),
    "language": ("CODE", "what is spoken, as in de or pt-BR (default: what the corpus says)"),
    "normaliser": (
        "NAME",
        "what makes texts comparable: english, basic, none, or module:function (default: the language's)",
    ),
    "weights": (
        "KIND",
        "pretrained, or dummy: random weights of true size, without a download (default: the profile's)",
    ),
    "utterances": ("N", "at most so many utterances in each bucket (default: the profile's)"),
    "time": ("SECONDS", "time for the measured rounds of each case (default: the profile's)"),
    "energy": (
        "KIND",
        (
            "auto: a pass of its own where a counter can be read; capped: a GPU at its power limit too; off; "
            "estimate:WATTS, of a stated TDP (default: auto)"
        ),
    ),
    "compare": (
        "RUNS",
        "judge this session against saved runs: a file, glob, number, commit or latest:BRANCH",
    ),
    "shard": ("K/N", "measure the K-th of N shares of the selected cases; asr-harness merge joins them"),
    "cases": ("FILE", "measure those of the selected cases whose ids the file lists, one a line"),
    "branch": ("NAME", "save the run as this branch's (default: git's, on a detached head the CI system's)"),
    "require-device": ("DEVICE", "fail, rather than skip, where this device is missing"),
}
HIDDEN = {
    "live": "the driver's address, given by asr-harness ab to its workers",
    "selected": "the file that a session lists its cases in, instead of measuring them",
    "isolated": "the folder that a session with --asr-isolate and one of its processes share",
}
FLAGS = {
    "list": "print the grid with estimates and what would be skipped, and run nothing",
    "resume": "finish the interrupted session that left a journal",
    "isolate": "measure each model in a process of its own",
    "allow-pickle": "read weights that are pickles (pytorch_model.bin) too; they can run code",
    "identify": "save what tells of you: the host, the project, folders of corpus and models",
    "quiet": "for logs: no line per case, only the table at the end",
}


def add_options(parser: pytest.Parser) -> None:
    """Add every option with its twin for pytest.ini."""
    group = parser.getgroup("asr", "speech recognition benchmarks")
    for axis, what in AXES.items():
        group.addoption(
            f"--asr-{axis}", metavar="A,B", default=None, help=f"narrow or widen the grid: {what}"
        )
        parser.addini(_ini_name(axis), f"default of --asr-{axis}", default="")
    for name, (metavar, what) in SETTINGS.items():
        group.addoption(f"--asr-{name}", metavar=metavar, default=None, help=what)
        parser.addini(_ini_name(name), f"default of --asr-{name}", default="")
    for name in HIDDEN:
        group.addoption(f"--asr-{name}", default=None, help=argparse.SUPPRESS)
    for option in OPTIONS:
        _add_policy_option(parser, group, option)
    for name, what in FLAGS.items():
        group.addoption(f"--asr-{name}", action="store_true", default=None, help=what)
        parser.addini(_ini_name(name), f"default of --asr-{name}", type="bool", default=False)


def _add_policy_option(parser: pytest.Parser, group: pytest.OptionGroup, option: Option) -> None:
    # A percent sign is argparse's own unless it is doubled.
    name, shown = option.key, f"with --asr-compare: {option.what}".replace("%", "%%")
    if option.kind == "texts":
        group.addoption(f"--asr-{name}", metavar=option.metavar, action="append", default=[], help=shown)
        parser.addini(_ini_name(name), f"added to --asr-{name}, one a line", type="linelist", default=[])
    else:
        group.addoption(f"--asr-{name}", metavar=option.metavar, default=None, help=shown)
        parser.addini(_ini_name(name), f"default of --asr-{name}", default="")


def text(config: pytest.Config, name: str) -> str | None:
    """Read a setting from the command line, else from pytest.ini; None if it stands in neither."""
    return config.getoption(_ini_name(name)) or config.getini(_ini_name(name)) or None


def isolated_folder(config: pytest.Config) -> Path | None:
    """Where a process of an isolating session works; None in any other session."""
    folder: str | None = config.getoption("asr_isolated")
    return None if folder is None else Path(folder)


def live_address(config: pytest.Config) -> str | None:
    """Where the driver of a live session listens; None in any other session."""
    address: str | None = config.getoption("asr_live")
    return address


def flag(config: pytest.Config, name: str) -> bool:
    """Read a flag from the command line, else from pytest.ini."""
    given = config.getoption(_ini_name(name))
    try:
        return bool(config.getini(_ini_name(name)) if given is None else given)
    except ValueError as error:
        raise pytest.UsageError(
            f"{_ini_name(name)} of pytest's settings: {error}; write true or false"
        ) from error


def is_given(config: pytest.Config, name: str) -> bool:
    """Whether an option stands on the command line."""
    return bool(config.getoption(_ini_name(name)))


def given(config: pytest.Config) -> tuple[str, ...]:
    """List the options that stand on the command line."""
    every = (*AXES, *SETTINGS, *HIDDEN, *FLAGS, *(option.key for option in OPTIONS))
    return tuple(name for name in every if is_given(config, name))


def texts(config: pytest.Config, name: str) -> tuple[str, ...]:
    """Read a list: what stands in pytest.ini and on the command line, together."""
    return (*config.getini(_ini_name(name)), *config.getoption(_ini_name(name)))


def policy(config: pytest.Config) -> dict[str, object]:
    """Read what the session's options say of the policy, by its keys."""
    return {
        option.key: texts(config, option.key) if option.kind == "texts" else text(config, option.key)
        for option in OPTIONS
    }


def names(config: pytest.Config, axis: str) -> tuple[str, ...] | None:
    """Read an axis as its comma-separated values, or None where it is not given."""
    given = text(config, axis)
    if given is None:
        return None
    values = tuple(value.strip() for value in _split(given) if value.strip())
    if not values:
        raise pytest.UsageError(f"--asr-{axis} {given!r} names nothing; leave it out to take the profile's")
    return values


def _split(given: str) -> list[str]:
    """Split at commas, but for those of folders that exist: the longest path that is one is taken."""
    parts, values = given.split(","), []
    while parts:
        n_joined = next(
            (n for n in range(len(parts), 1, -1) if folder_at(",".join(parts[:n]).strip())),
            1,
        )
        values.append(",".join(parts[:n_joined]))
        del parts[:n_joined]
    return values


def number(config: pytest.Config, name: str, kind: Callable[[str], Value]) -> Value | None:
    """Read a number above zero, or None where it is not given."""
    given = text(config, name)
    if given is None:
        return None
    try:
        value = kind(given)
    except ValueError:
        value = None
    if value is None or not 0 < value < math.inf:  # type: ignore[operator]
        what = "whole number" if kind is int else "number"
        where = "" if is_given(config, name) else f" ({_ini_name(name)} of pytest's settings)"
        raise pytest.UsageError(f"--asr-{name} {given!r}{where} is no {what} above 0; write one, as in 10")
    return value


def usage_errors(work: Callable[[], Value]) -> Value:
    """Turn an error that the user can mend into pytest's usage error: one message."""
    try:
        return work()
    except AsrHarnessError as error:
        raise pytest.UsageError(str(error)) from error


def _ini_name(name: str) -> str:
    return f"asr_{name.replace('-', '_')}"
