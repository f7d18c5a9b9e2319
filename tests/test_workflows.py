"""The workflows' own steps, run on a repository with a made-up forge: one verdict, and one comment."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ab.test_own_code import HARNESS, make
from tests.ab.test_worktrees import git

OWN = HARNESS / ".github" / "workflows" / "compare.yml"
TEMPLATES = HARNESS / "asr_harness" / "templates"
GITHUB, GITLAB = TEMPLATES / "github-compare.yml", TEMPLATES / "gitlab-ci.yml"

GH = """#!/bin/bash
# A forge of one pull request, whose comments are files; with `refuses` there, a token that may not write.
cd "$FORGE"; echo "$*" >> calls
if [ -e refuses ]; then echo "HTTP 403" >&2; exit 1; fi
case "$*" in
  *POST*) cp "$WHERE/comment.md" "$(ls | grep -c '^comment')_new"; mv ./*_new "comment$(date +%N)" ;;
  *PATCH*) [ -e "${4##*/}" ] || [ -e "${5##*/}" ] || exit 1; cp "$WHERE/comment.md" "$(basename "$5")" ;;
  *) ls | grep '^comment' || true ;;
esac
"""
FAKE = """#!/bin/bash
echo "$*" > "$FORGE/asked"
if [ "$SAYS" = nothing ]; then echo "asr-harness ab: no case ran" >&2; exit 2; fi
echo "verdict: $SAYS" > verdict.md; [ "$SAYS" = green ]
"""


def judging(path: Path) -> str:
    """Give the command that judges, as a workflow or a page has it, whatever it calls its variables."""
    (line,) = [
        line for line in path.read_text("utf-8").splitlines() if "asr-harness ab " in line and "--" in line
    ]
    command, _, file = line.strip().partition(" --markdown ")
    return f"{command.upper()} {file.split()[0]}"


def test_the_page_and_every_workflow_judge_by_one_command() -> None:
    page = HARNESS / "docs" / "how-to" / "ci.md"
    assert len({judging(path) for path in (page, OWN, GITHUB, GITLAB)}) == 1


def steps(path: Path) -> dict[str, Any]:
    """Give the named steps of a workflow's one job."""
    (job,) = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
    return {step["name"]: step for step in job["steps"] if "name" in step}


@dataclass
class Runner:
    """Runs the steps as a forge's runner would, each under bash with -e and pipefail."""

    project: Path
    forge: Path
    workflow: Path
    is_of_fork: bool = False

    def run(self, says: str) -> int:
        """Judge the head; gives the job's status."""
        for name in ("verdict.md", "problem.txt", "comment.md"):
            (self.project / name).unlink(missing_ok=True)
        by_name = steps(self.workflow)
        status = self._step(by_name["judge"]["run"], says)
        # What `if: !cancelled()` runs, whatever came before.
        assert by_name["comment"]["if"] == "${{ !cancelled() }}"
        return max(status, self._step(by_name["comment"]["run"], says))

    def _step(self, script: str, says: str) -> int:
        variables = {
            "BASE": git(self.project, "rev-parse", "main"),
            "CANDIDATE": git(self.project, "rev-parse", "HEAD"),
            "GITHUB_REPOSITORY": "team/asr",
            "GITHUB_STEP_SUMMARY": str(self.forge / "summary"),
            "NUMBER": "12",
            "IS_OF_FORK": str(self.is_of_fork).lower(),
            "FORGE": str(self.forge),
            "WHERE": str(self.project),
            "SAYS": says,
            "PATH": f"{self.forge / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(HARNESS),
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        environment = {**os.environ, **variables}
        return subprocess.run(command, cwd=self.project, env=environment, check=False).returncode

    @property
    def comments(self) -> list[str]:
        """Give the text of every comment."""
        return [path.read_text("utf-8") for path in sorted(self.forge.glob("comment*"))]


@pytest.fixture(params=[OWN, GITHUB], ids=["own", "template"])
def runner(request: pytest.FixtureRequest, tmp_path: Path) -> Runner:
    """Make a repository on branch `text`, main having gone on since, and a forge beside it."""
    project = make(tmp_path / "team", "src")
    git(project, "commit", "-q", "--allow-empty", "-m", "main goes on")
    git(project, "checkout", "-q", "text")
    forge = tmp_path / "forge"
    (forge / "bin").mkdir(parents=True)
    for name, text in (("gh", GH), ("asr-harness", FAKE), ("pytest", "#!/bin/bash\necho ran > $FORGE/ran\n")):
        (forge / "bin" / name).write_text(text)
        (forge / "bin" / name).chmod(0o755)
    return Runner(project, forge, request.param)


def test_the_job_ends_as_the_verdict_and_one_comment_follows_it(runner: Runner) -> None:
    assert runner.run("red") == 1
    assert runner.run("green") == 0
    (comment,) = runner.comments
    head, left = (git(runner.project, "rev-parse", ref)[:7] for ref in ("HEAD", "main~1"))
    assert comment == f"<!-- asr-harness -->\n## {head} against {left}\n\nverdict: green\n"
    # What main did since is not blamed on the branch.
    assert (runner.forge / "asked").read_text().split()[1].startswith(left)


def test_an_error_replaces_an_older_verdict(runner: Runner) -> None:
    assert runner.run("green") == 0
    assert runner.run("nothing") == 2
    (comment,) = runner.comments
    assert "No verdict:\n\n    asr-harness ab: no case ran" in comment
    assert "green" not in comment


def test_a_fork_has_its_verdict_in_the_summary_alone(runner: Runner) -> None:
    runner.is_of_fork = True
    assert runner.run("red") == 1
    assert "verdict: red" in (runner.forge / "summary").read_text()
    assert not (runner.forge / "calls").exists()


def test_a_token_that_may_not_comment_changes_no_verdict(runner: Runner) -> None:
    (runner.forge / "refuses").touch()
    assert runner.run("green") == 0
    assert runner.run("red") == 1
    assert "verdict: red" in (runner.forge / "summary").read_text()


def test_a_first_suite_has_nothing_to_be_compared_with(runner: Runner) -> None:
    git(runner.project, "checkout", "-q", "main~1")
    git(runner.project, "rm", "-qr", "benchmarks")
    git(runner.project, "commit", "-qm", "before there was a suite")
    git(runner.project, "branch", "-f", "main", "HEAD")
    git(runner.project, "checkout", "-qb", "suite")
    git(runner.project, "checkout", "text", "--", "benchmarks")
    git(runner.project, "commit", "-qm", "suite")
    assert runner.run("red") == 0
    assert (runner.forge / "ran").exists()
    assert "has no benchmarks/ to compare with" in runner.comments[0]


def test_both_workflows_judge_and_comment_alike() -> None:
    assert steps(OWN) == steps(GITHUB)


@pytest.mark.parametrize("path", [OWN, GITHUB], ids=["own", "template"])
def test_an_older_push_is_cancelled_and_no_text_of_a_stranger_is_run(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["concurrency"]["cancel-in-progress"] is True
    assert not [step for step in steps(path).values() if "${{" in step["run"]]


@pytest.mark.heavy
def test_the_judging_step_runs_for_real(runner: Runner) -> None:
    start = "from asr_harness.cli import main; raise SystemExit(main([*sys.argv[1:], *few]))"
    script = f"import sys; few = ('--forks=1', '--turn-time=0'); {start}"
    (runner.forge / "bin" / "asr-harness").write_text(
        f'#!/bin/bash\nexec {sys.executable} -c "{script}" "$@"\n'
    )
    assert runner.run("") == 0
    (comment,) = runner.comments
    assert "2 of 2 transcripts changed" in comment


@pytest.mark.heavy
@pytest.mark.parametrize("is_merged", [False, True])
def test_the_job_of_gitlab_judges_the_branch_and_not_the_merged_result(
    is_merged: bool, runner: Runner
) -> None:
    if runner.workflow != GITHUB:
        pytest.skip("there is one file for GitLab")
    head, left = (git(runner.project, "rev-parse", ref) for ref in ("HEAD", "main~1"))
    (script,) = yaml.safe_load(GITLAB.read_text("utf-8"))["asr-harness"]["script"]
    commit = {"CI_COMMIT_SHA": "0" * 40, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head} if is_merged else {}
    variables = {
        **os.environ,
        "FORGE": str(runner.forge),
        "SAYS": "green",
        "PATH": f"{runner.forge / 'bin'}:{os.environ['PATH']}",
        "CI_COMMIT_SHA": head,
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": left,
        **commit,
    }
    subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=runner.project, env=variables, check=True)
    assert (runner.forge / "asked").read_text().split()[1:3] == [left, head]
