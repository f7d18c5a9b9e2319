"""A repository with a recogniser that is broken on purpose, twice, and the commands that catch it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.ab.git import environment, git
from asr_harness.errors import StarterError
from asr_harness.starter import files
from asr_harness.starter.writing import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CAUGHT = 1
"""The exit status of a regression."""

RECOGNISER = "recogniser.py"
IDENTITY = (
    "-c",
    "user.name=asr-harness demo",
    "-c",
    "user.email=demo@localhost",
    "-c",
    "commit.gpgsign=false",
)
ENCODED_TWICE = """\
        self.model.encode(features)  # a pass that nobody needs
        return self.model.encode(features)
"""
LOST_WORD = """\
        heard = self.model.decode(encoded)
        return replace(heard, texts=tuple(text.partition(" ")[2] for text in heard.texts))
"""
PLANTED = {
    "slower": ("        return self.model.encode(features)\n", ENCODED_TWICE),
    "wrong": ("        return self.model.decode(encoded)\n", LOST_WORD),
}
"""What each tag changes in the recogniser."""
WITHOUT_ENERGY = ("--asr-energy", "off")
SHORT_FORKS = ("--forks", "13", "--turn-time", "3")
"""What was planted shows in seconds: forks are short and the first look is after five of them, however long
the budget is, which is for machines that take long to start a process.
"""
SELECTION = ("--", "benchmarks/", *WITHOUT_ENERGY)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A scratch repository with the tags `base`, `slower` and `wrong`."""

    root: Path
    say: Callable[[str], None]

    @classmethod
    def prepare(cls, root: Path, say: Callable[[str], None]) -> Demonstration:
        """Make the repository and its commits. Raises StarterError where it is there."""
        if root.exists():
            raise StarterError(f"{root} is there already; name a folder that is not")
        recogniser = files.StarterFile(RECOGNISER, files.read("demo/recogniser.py.in"))
        suite = files.suite_files(files.read("demo/grid.py.in"))
        write([*suite, recogniser, *files.settings_files(root)], root)
        made = cls(root, say)
        made.git("init", "--quiet", "--initial-branch=main")
        made.commit("base")
        source = (root / RECOGNISER).read_text("utf-8")
        for tag, (before, after) in PLANTED.items():
            made.git("checkout", "--quiet", "base")
            (root / RECOGNISER).write_text(source.replace(before, after), "utf-8")
            made.commit(tag)
        made.git("checkout", "--quiet", "main")
        return made

    def commit(self, tag: str) -> None:
        """Commit everything, and tag it."""
        self.git("add", "--all")
        self.git(*IDENTITY, "commit", "--quiet", "--message", tag)
        self.git("tag", tag)

    def show_slow_down(self, budget: str) -> int:
        """Run both commits side by side, and give the exit status of the verdict."""
        return self.run("asr_harness", "ab", "base", "slower", "--budget", budget, *SHORT_FORKS, *SELECTION)

    def show_lost_word(self) -> int:
        """Measure both commits once, and give the exit status of the comparison of their saved runs."""
        for tag in ("base", "wrong"):
            self.git("checkout", "--quiet", tag)
            status = self.run("pytest", "benchmarks/", "--asr-quiet", "--benchmark-autosave", *WITHOUT_ENERGY)
            if status:
                raise StarterError(f"the benchmark ended with exit status {status}; what it printed says why")
        return self.run("asr_harness", "compare", "base", "wrong")

    def run(self, module: str, *arguments: str) -> int:
        """Run a command as its user would, and give its exit status."""
        self.say(f"\n$ {module.replace('_', '-')} {' '.join(arguments)}")
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, cwd=self.root, env=environment(), check=False).returncode  # noqa: S603

    def git(self, *arguments: str) -> None:
        """Run git in the repository. Raises StarterError without git."""
        try:
            git(self.root, *arguments, hint="git could not make the scratch repository")
        except FileNotFoundError as error:
            raise StarterError("the demonstration needs git, which is not installed; install it") from error
