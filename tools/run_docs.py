"""Run the code blocks of README.md and docs/ from the wheel, in a fresh environment and an empty repository.

    python tools/run_docs.py [--python python3.12] [--environment FOLDER] [DOCUMENT ...]

Blocks of a document run in order in one folder: `sh` by bash, `python` as a script, or written to the file
that its first line names (`# my_asr.py`); `toml` and `yaml` are parsed. A block after `<!-- not run: REASON
-->` is only checked: its commands must be known, with their options. `<!-- exit status: 1 -->` stands above
a block that ends so. `text` is what a command printed.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import yaml
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
NOT_RUN = re.compile(r"<!-- not run: (.+?) -->\s*$")
EXIT_STATUS = re.compile(r"<!-- exit status: (\d) -->\s*$")
FILE = re.compile(r"# ([\w./-]+\.\w+)\n")
TIMEOUT_S = 900
CHECKED_DOCUMENTS = {
    "docs/architecture.md": "a drawing",
    "docs/checkpoints.md": "training takes hours, and synthesisers",
    "docs/data.md": "needs corpora that are not free to copy",
    "docs/judgement.md": "its studies need stored runs, and take hours",
    "docs/report.md": "speaks of runs and commits of somebody's own",
}
"""Documents of which no block is run, and why; their commands are checked all the same."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it begins, its language, its text, and why it is not run, if it is not."""

    document: str
    line: int
    language: str
    text: str
    not_run: str | None
    exit_status: int = 0


def blocks_of(document: Path) -> list[Block]:
    """Read a document's fenced blocks."""
    text, name = document.read_text("utf-8"), str(document.relative_to(ROOT))
    lines = text.splitlines()
    blocks = []
    for token in MarkdownIt().parse(text):
        if token.type != "fence" or token.map is None:
            continue
        start = token.map[0]
        above = next((line for line in reversed(lines[:start]) if line.strip()), "")
        reason = NOT_RUN.search(above)
        language = token.info.split()[0] if token.info.strip() else ""
        not_run = reason[1] if reason else CHECKED_DOCUMENTS.get(name)
        status = EXIT_STATUS.search(above)
        blocks.append(
            Block(name, start + 1, language, token.content, not_run, int(status[1]) if status else 0)
        )
    return blocks


def check(block: Block) -> None:
    """Raise where a block's syntax, a command or an option is unknown."""
    if block.language == "python":
        ast.parse(block.text)
    elif block.language == "toml":
        tomllib.loads(block.text)
    elif block.language in ("yaml", "yml"):
        yaml.safe_load(block.text)
    elif block.language == "sh":
        for line in block.text.replace("\\\n", " ").splitlines():
            check_command(line)


def check_command(line: str) -> None:
    """Raise ValueError for a command of ours that its parser refuses."""
    from asr_harness.cli import SEPARATOR, build_parser

    for part in re.split(r"&&|\|\|?|;", line):
        words = shlex.split(part, comments=True)
        redirected = next((n for n, word in enumerate(words) if word.startswith((">", "<"))), len(words))
        words = words[:redirected]
        if words[:1] == ["asr-harness"]:
            own = words[1 : words.index(SEPARATOR)] if SEPARATOR in words else words[1:]
            try:
                build_parser().parse_args(own)
            except SystemExit as error:
                if error.code:
                    raise ValueError(f"{part.strip()!r} is refused") from error


def run_blocks(document: Path, python: Path, cache: Path) -> None:
    """Run a document's blocks, in order, in an empty repository. Raises CalledProcessError."""
    blocks = blocks_of(document)
    with TemporaryDirectory(prefix="run-docs-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))},
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            "ASR_HARNESS_CACHE": str(cache),
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "user.name",
            "GIT_CONFIG_VALUE_0": "docs",
            "GIT_CONFIG_KEY_1": "user.email",
            "GIT_CONFIG_VALUE_1": "docs@localhost",
        }
        subprocess.run(
            ["git", "init", "--quiet", "--initial-branch=main"], cwd=folder, env=environment, check=True
        )
        for block in blocks:
            run_block(block, Path(folder), python, environment)


def run_block(block: Block, folder: Path, python: Path, environment: dict[str, str]) -> None:
    """Run one block, or check it."""
    where = f"{block.document}:{block.line}"
    if block.not_run or block.language not in ("sh", "python"):
        check(block)
        print(f"{where}: checked ({block.not_run or block.language or 'text'})", flush=True)
        return
    named = FILE.match(block.text) if block.language == "python" else None
    if named:
        (folder / named[1]).write_text(block.text, "utf-8")
        print(f"{where}: written to {named[1]}", flush=True)
        return
    began = monotonic()
    command = ["bash", "-euo", "pipefail", "-c"] if block.language == "sh" else [str(python), "-c"]
    done = subprocess.run(
        [*command, block.text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    print(f"{where}: exit status {done.returncode}, {monotonic() - began:.0f} s", flush=True)
    if done.returncode != block.exit_status:
        sys.exit(f"{where} failed:\n{block.text}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")


def fresh_environment(folder: Path, python: str) -> Path:
    """Build the wheel, install it into a new environment as the constraints say, and give its Python."""
    wheels = folder / "wheels"
    subprocess.run([sys.executable, "-m", "build", "--wheel", "-o", str(wheels), str(ROOT)], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([python, "-m", "venv", str(folder / "venv")], check=True)
    inside = folder / "venv" / "bin" / "python"
    constraints = str(ROOT / "constraints.txt")
    subprocess.run(
        [inside, "-m", "pip", "install", "-q", "-c", constraints, f"{wheel}[completion]"], check=True
    )
    return inside


def main() -> None:
    """Run what was asked for, or everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "documents", nargs="*", type=Path, metavar="DOCUMENT", help="default: README.md and docs/"
    )
    parser.add_argument("--python", default=sys.executable, help="of the new environment (default: this one)")
    parser.add_argument(
        "--environment", type=Path, help="one that has the wheel already, instead of a new one"
    )
    arguments = parser.parse_args()
    documents = [path.resolve() for path in arguments.documents]
    with TemporaryDirectory(prefix="run-docs-") as folder:
        python = (
            arguments.environment.absolute() / "bin" / "python"
            if arguments.environment
            else fresh_environment(Path(folder), arguments.python)
        )
        for document in documents or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
            run_blocks(document, python, Path(folder) / "cache")


if __name__ == "__main__":
    main()
