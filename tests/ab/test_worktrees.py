"""Trees of both commits, and none left over."""

import subprocess
import sys
from pathlib import Path

import pytest

from asr_harness.ab.git import _local_variables, environment
from asr_harness.ab.telling import told
from asr_harness.ab.worktrees import Worktree, sides, top_of, worktrees
from asr_harness.errors import AbError
from asr_harness.runs.scratch import scratch, socket_folder, sweep


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    return subprocess.run(
        ["git", "-C", folder, *identity, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits of one file, and a change that is not committed."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for text in ("one", "two"):
        (folder / "file").write_text(text)
        git(folder, "add", "file")
        git(folder, "commit", "-qm", text)
    (folder / "file").write_text("mine")
    return folder


def test_each_ref_has_its_own_tree_and_mine_stays(repository: Path) -> None:
    with worktrees(("HEAD~1", "main"), repository) as (base, candidate):
        assert ((base.folder / "file").read_text(), (candidate.folder / "file").read_text()) == ("one", "two")
        assert base.commit == git(repository, "rev-parse", "HEAD~1")
    assert (repository / "file").read_text() == "mine"


def test_the_same_ref_twice_gives_two_trees(repository: Path) -> None:
    with worktrees(("main", "main"), repository) as (base, candidate):
        assert base.root != candidate.root


def test_a_folder_inside_the_repository_is_found_in_the_trees(repository: Path) -> None:
    inner = repository / "inner"
    inner.mkdir()
    with pytest.raises(AbError, match="main has no folder inner"), worktrees(("main", "main"), inner):
        pass
    (inner / "more").touch()
    git(repository, "add", "inner")
    git(repository, "commit", "-qm", "inner")
    with worktrees(("main", "main"), inner) as (base, _):
        assert base.folder == base.root / "inner"


def test_nothing_is_left_over_when_something_fails(repository: Path) -> None:
    roots: list[Path] = []

    def fail() -> None:
        with worktrees(("main", "HEAD~1"), repository) as trees:
            roots.extend(tree.root for tree in trees)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert len(roots) == 2
    assert not any(root.exists() for root in roots)
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_an_unknown_ref_is_named_and_leaves_nothing(repository: Path) -> None:
    with pytest.raises(AbError, match="no commit 'gone'"), worktrees(("main", "gone"), repository):
        pass
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_outside_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(AbError, match="inside a git repository"), worktrees(("a", "b"), tmp_path):
        pass


def test_a_refs_three_dots_mean_where_the_second_left_the_first(repository: Path) -> None:
    git(repository, "checkout", "-qfb", "topic", "HEAD~1")
    git(repository, "commit", "-qm", "three", "--allow-empty")
    assert sides("main...topic", None, repository) == (git(repository, "rev-parse", "main~1"), "topic")
    assert sides("main...", None, repository)[1] == "HEAD"
    with pytest.raises(AbError, match="is one commit; give two"):
        sides("main", None, repository)


def test_a_hooks_variables_lead_nobody_astray(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository / "index"))
    assert not {"GIT_DIR", "GIT_INDEX_FILE"} & environment().keys()
    with worktrees(("HEAD~1", "main"), repository) as (base, _):
        assert (base.folder / "file").read_text() == "one"
    assert not (repository / "index").exists()


def test_a_checkout_runs_no_hook_of_the_users(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {repository / 'ran'}\n")
    hook.chmod(0o755)
    with worktrees(("HEAD~1", "main"), repository):
        pass
    assert not (repository / "ran").exists()


def test_from_a_linked_worktree_both_sides_have_their_own_commits(repository: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", "-q", "--detach", str(linked), "HEAD~1")
    with worktrees(("main~1", "main"), linked) as (base, candidate):
        assert git(base.root, "rev-parse", "HEAD") == git(repository, "rev-parse", "main~1")
        assert git(candidate.root, "rev-parse", "HEAD") == git(repository, "rev-parse", "main")
        assert {repository, linked, candidate.root} <= {*base.others, base.top}
    assert len(git(repository, "worktree", "list").splitlines()) == 2


def test_a_shallow_clone_is_told_with_the_way_to_the_rest(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", str(clone))
    with (
        pytest.raises(AbError, match=r"shallow clone; run `git fetch --unshallow`"),
        worktrees(("HEAD~1", "HEAD"), clone),
    ):
        pass


def test_a_branch_that_only_the_remote_has_is_told(repository: Path, tmp_path: Path) -> None:
    git(repository, "branch", "topic")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(repository), str(clone))
    with pytest.raises(AbError, match="origin/topic is there"), worktrees(("topic", "HEAD"), clone):
        pass


def test_without_git_it_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _local_variables.cache_clear()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AbError, match="git cannot be run"), worktrees(("main", "main"), repository):
        pass


def test_a_pointer_of_lfs_is_no_file(repository: Path) -> None:
    (repository / ".gitattributes").write_text("*.bin filter=lfs\n")
    (repository / "model.bin").write_text("version https://git-lfs.github.com/spec/v1\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "pointer")
    with (
        pytest.raises(AbError, match=r"model.bin is a pointer of Git LFS"),
        worktrees(("main", "main"), repository),
    ):
        pass
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_what_a_killed_session_left_is_swept_and_a_living_ones_is_not(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kill = (
        "import os, signal, sys, tempfile; from pathlib import Path\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "from asr_harness.ab.worktrees import worktrees\n"
        f"with worktrees(('main', 'main'), Path({str(repository)!r})):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", kill], check=False)
    assert len(git(repository, "worktree", "list").splitlines()) == 3
    with worktrees(("main", "main"), repository) as (base, _):
        assert len(git(repository, "worktree", "list").splitlines()) == 3
        assert sweep() == 0
        assert base.folder.exists()
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert not [*tmp_path.glob("asr-harness-*")]


def test_a_side_is_named_once() -> None:
    named = [Worktree(ref, "441553e0aa", *[Path()] * 3).name for ref in ("441553e", "441553e0aa", "main")]
    assert named == ["441553e", "441553e0aa", "main (441553e)"]


def test_outside_of_a_repository_the_way_out_is_told_without_gits_own_words(tmp_path: Path) -> None:
    with pytest.raises(AbError) as refused:
        top_of(tmp_path)
    assert str(refused.value) == (
        "not a git repository (or any of the parent directories); run it inside a git repository"
    )


def test_what_is_not_measured_is_told(repository: Path) -> None:
    (repository / "requirements.txt").write_text("numpy\n")
    (repository / "pyproject.toml").write_text("[project]\ndescription = 'x'\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "three")
    (repository / "file").write_text("still mine")
    (repository / "new.py").touch()
    (repository / "report.html").touch()  # what this tool wrote itself is nothing to commit
    (repository / ".venv" / "site-packages").mkdir(parents=True)
    (repository / ".venv" / "site-packages" / "installed.py").touch()
    with worktrees(("HEAD~1", "HEAD"), repository) as (base, candidate):
        lines = told(base, candidate, has_own_environments=False)
        assert told(base, candidate, has_own_environments=True) == lines[:1]
    assert lines[0].startswith("not measured, as it is not committed: file, new.py; commit it first")
    assert "(requirements.txt)" in lines[1]


def test_a_socket_that_had_to_lie_elsewhere_goes_with_its_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    monkeypatch.setattr("asr_harness.runs.scratch.SHORT_FOLDER", tmp_path)
    with scratch("ab", tmp_path) as folder:
        living = socket_folder(folder)
        assert living.parent == tmp_path
        assert sweep() == 0
        assert living.exists()
    assert sweep() == 1
    assert not living.exists()
