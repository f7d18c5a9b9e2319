"""The code blocks of the documentation are read, checked and run."""

from pathlib import Path

import pytest

from tools import run_docs, site

DOCUMENTS = [run_docs.ROOT / "README.md", *sorted((run_docs.ROOT / "docs").rglob("*.md"))]
TEXT = """\
```sh
true
```

<!-- not run: takes an hour -->
```sh
asr-harness report
```

<!-- exit status: 1 -->
```sh
false
```
"""


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run_docs, "ROOT", tmp_path)
    path = tmp_path / "page.md"
    path.write_text(TEXT)
    return path


def test_blocks_are_read_with_their_reason_and_status(document: Path) -> None:
    blocks = run_docs.blocks_of(document)
    assert [(block.line, block.not_run, block.exit_status) for block in blocks] == [
        (1, None, 0),
        (6, "takes an hour", 0),
        (11, None, 1),
    ]


def test_a_block_that_ends_otherwise_is_an_error(document: Path, tmp_path: Path) -> None:
    block = run_docs.Block("page.md", 1, "sh", "false", None)
    with pytest.raises(SystemExit, match=r"page\.md:1 failed"):
        run_docs.run_block(block, tmp_path, Path("python"), {"PATH": "/usr/bin:/bin"})


@pytest.mark.parametrize("line", ["asr-harness reprot", "true && asr-harness compare a b --fail-no 'rtf>5%'"])
def test_a_command_that_our_parser_refuses_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="is refused"):
        run_docs.check_command(line)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(run_docs.ROOT)))
def test_every_block_can_be_understood(path: Path) -> None:
    for block in run_docs.blocks_of(path):
        run_docs.check(block)


def test_every_document_that_is_only_checked_exists() -> None:
    assert all((run_docs.ROOT / name).exists() for name in run_docs.CHECKED_DOCUMENTS)


def test_every_message_of_a_user_s_error_is_listed() -> None:
    text = site.messages()
    assert "no case in …; there is nothing to report" in text
    assert "### GridError" in text
    assert "…" in text


def test_every_option_of_the_plugin_is_listed() -> None:
    names = {name for name, _, _ in site.plugin_options()}
    assert {"--asr-models", "--asr-fail-on", "--asr-list"} <= names
    assert "--asr-live" not in names
