"""Trees of both commits, and none left over."""

import subprocess
from pathlib import Path

import pytest

from asr_harness.ab.worktrees import worktrees
from asr_harness.errors import AbError


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
