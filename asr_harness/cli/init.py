"""Write a small suite into this repository: a grid of your models, one benchmark, settings and a workflow.

Nothing that is there is overwritten. On a terminal it asks for what was not given; the defaults measure the
package's own models on its own talks, so that the suite runs at once.
"""

from __future__ import annotations

import sys
from contextlib import chdir
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, get_args

from asr_harness import git
from asr_harness.cli import _suite_buckets
from asr_harness.defaults import EMBEDDED_MODELS
from asr_harness.errors import StarterError
from asr_harness.starter import files as starter
from asr_harness.starter import sources
from asr_harness.starter.kept import unapplied
from asr_harness.starter.own import Own
from asr_harness.starter.writing import write

if TYPE_CHECKING:
    import argparse

    from asr_harness.corpora import Corpus

OWN_MODELS = ",".join(EMBEDDED_MODELS.values())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the models, the data and the kind of CI; without them the defaults, or what is asked for."""
    parser.add_argument(
        "models",
        nargs="*",
        metavar="MODEL",
        help=f"module:function, a hub id or a checkpoint folder (default: {OWN_MODELS})",
    )
    parser.add_argument(
        "--data", "--asr-data", metavar="SPEC", help="corpus, as for pytest's --asr-data (default: embedded)"
    )
    parser.add_argument(
        "--ci", choices=get_args(starter.Ci), help="whose workflow to write (default: that of the git remote)"
    )
    parser.add_argument(
        "--new",
        action="store_true",
        help="begin a module in a package that is there, or nearly another's name",
    )
    parser.add_argument("--into", type=Path, default=Path(), metavar="FOLDER", help="default: this folder")


def run(arguments: argparse.Namespace) -> int:
    """Write what is not there, and say what to do next."""
    root: Path = arguments.into
    if not root.is_dir():
        raise StarterError(f"--into {root}: there is no such folder; make it first")
    models = arguments.models or _asked("models, separated by commas", OWN_MODELS).split(",")
    models = [model.strip() for model in models if model.strip()]
    if not models or any(sources.name_models([model]).keys() == {""} for model in models):
        raise StarterError(
            f"{', '.join(map(repr, arguments.models)) or 'nothing'} names no model; give module:function, a "
            "hub id or a checkpoint folder"
        )
    _check_models(models, root, may_begin=arguments.new)
    data = arguments.data or _asked("corpus", "embedded")
    buckets = _suite_buckets.of_corpus(_corpus_at(data, root))
    ci = arguments.ci or _asked("workflow: github, gitlab or none", guess_ci(root))
    if ci not in get_args(starter.Ci):
        raise StarterError(f"unknown workflow {ci!r}; known are: {', '.join(get_args(starter.Ci))}")
    named = sources.name_models(models)
    begun = starter.own_files(models, root)
    grid = starter.grid_text(named, data, buckets.quick, buckets.full)
    is_begun = not (root / starter.FOLDER / "conftest.py").exists()
    files = [
        *starter.suite_files(grid),
        *begun,
        *starter.settings_files(root),
        *starter.ci_files(ci),
    ]
    lines = write(files, root)
    lines += [buckets.remark] if is_begun and buckets.remark else []
    is_asked = arguments.models or models != OWN_MODELS.split(",")
    lines += unapplied(root, named if is_asked else {}, arguments.data)
    print("\n".join([*lines, *_next_steps(models, root, [file.path for file in files])]))  # noqa: T201
    return 0


def _check_models(models: list[str], root: Path, *, may_begin: bool) -> None:
    for model in models:
        if sources.is_own(model):
            Own.of(model, root).check(may_begin=may_begin)
        else:
            sources.check_checkpoint(model, root)


def _corpus_at(spec: str, root: Path) -> Corpus | None:
    """Open a corpus; None for one that a session has to fetch or unpack, or that needs no place.

    Raises DataError where there is none.
    """
    from asr_harness import paths
    from asr_harness.corpora import find_kind, open_corpus
    from asr_harness.corpora.harms import split_spec

    with chdir(root):  # where its sessions run
        clean, _ = split_spec(spec)
        find_kind(clean)
        key, _, location = clean.partition(":")
        is_elsewhere = location.startswith("hub:") or location == "prepared" or "," in location
        is_archive = key != "manifest" and paths.is_there(location) and not paths.folder_at(location)
        return open_corpus(clean) if location and not is_elsewhere and not is_archive else None


def guess_ci(root: Path) -> starter.Ci:
    """Tell whose CI a repository has, by its files and its remote."""
    config = root / ".git" / "config"
    remotes = config.read_text("utf-8", "replace") if config.is_file() else ""
    if (root / ".gitlab-ci.yml").exists() or "gitlab" in remotes:
        return "gitlab"
    return "github" if (root / ".github").exists() or "github" in remotes else "none"


def _asked(what: str, default: str) -> str:
    """Ask on a terminal; elsewhere, and for an empty answer, the default."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return default
    try:
        return input(f"{what} [{default}]: ").strip() or default
    except EOFError:
        return default


def _next_steps(models: list[str], root: Path, written: list[str]) -> list[str]:
    there = [] if root == Path() else [f"cd {quote(str(root))}"]
    steps = [
        *there,
        *(
            f"hf download {quote(model)}"
            for model in map(sources.to_fetch, models)
            if model and model not in EMBEDDED_MODELS.values()
        ),
        *(
            f"write def {own.function}(*, device, **variant) in {own.path.relative_to(root)}, "
            "which makes your recogniser"
            for own in (Own.of(model, root) for model in models if sources.is_own(model))
            if own.path and own.lacks_function
        ),
        *_to_commit(models, root, written),
        f"pytest {starter.FOLDER}/ --benchmark-autosave",
    ]
    return ["", "next:", *(f"  {step}" for step in steps)]


def _to_commit(models: list[str], root: Path, written: list[str]) -> list[str]:
    """Give what makes a commit that the first run can be saved under: it lacks nothing that was imported."""
    own = [Own.of(model, root).path for model in models if sources.is_own(model)]
    paths = [*written, *(str(path.relative_to(root)) for path in own if path)]
    tops = dict.fromkeys(
        starter.FOLDER if path.startswith(f"{starter.FOLDER}/") else path for path in dict.fromkeys(paths)
    )
    ignored = (git.text(root, "check-ignore", "--", *tops) or "").splitlines()
    added = " ".join(quote(path) for path in tops if path not in ignored)
    is_in_git = git.text(root, "rev-parse", "--git-dir") is not None
    return [
        *([] if is_in_git else ["git init"]),
        f"git add {added} && git commit -m 'Benchmarks'",
    ]
