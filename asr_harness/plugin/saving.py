"""Saving a session: the `asr` block of the JSON, the journal's end, and the table."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from asr_harness.counting import counted
from asr_harness.errors import RecordError
from asr_harness.plugin import options, summary
from asr_harness.plugin.block import add_judgement, dump_block, make_block
from asr_harness.plugin.progress import terminal_of
from asr_harness.plugin.statuses import IS_VERDICT
from asr_harness.plugin.storing import store
from asr_harness.report.escaping import terminal
from asr_harness.schema import load_run

if TYPE_CHECKING:
    from collections.abc import Generator

    from asr_harness.plugin.judging import Judging
    from asr_harness.plugin.ledger import Ledger
    from asr_harness.plugin.workbench import Workbench

EXIT_NOT_SAVED = 2


class Saving:
    """Adds what pytest-benchmark leaves out, and lets go of the journal once the run was read back."""

    def __init__(
        self, config: pytest.Config, ledger: Ledger, workbench: Workbench, judging: Judging | None
    ) -> None:
        self._config = config
        self._judging = judging
        self._ledger = ledger
        self._workbench = workbench
        self._began_s = monotonic()
        self._saved: list[Path] = []
        self._problem: str | None = None

    def pytest_benchmark_update_json(self, output_json: dict[str, Any]) -> None:
        """Add the top-level `asr` block."""
        wall_s = monotonic() - self._began_s
        identify = options.flag(self._config, "identify")
        block = make_block(self._ledger, self._workbench, wall_s, self._config.rootpath, identify=identify)
        output_json["asr"] = dump_block(block)
        if self._judging is not None:
            add_judgement(output_json["asr"], self._judging.judge(output_json))

    # Outside pytest-benchmark's wrapper, which saves before it yields.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Say in one message, and by the exit status, if the run could not be saved."""
        self._show_own_table_only()
        self._store_ourselves()
        try:
            self._save_outcomes_alone()
            self._judge_unsaved()
            result = yield
        except OSError as error:
            session.exitstatus = EXIT_NOT_SAVED
            self._show(terminal_of(self._config))
            terminal_of(self._config).write_line(f"ERROR: the run could not be saved: {error}", red=True)
            return None
        if self._problem is not None:
            session.exitstatus = EXIT_NOT_SAVED
        elif self._judging is not None and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = self._judging.status
            self._config.stash[IS_VERDICT] = True
        return result

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Let go of the journal if the run is complete, and was read back; write the table."""
        self._problem = self._read_back()
        if self._ledger.is_complete and self._problem is None and (self._saved or not self._ledger.n_kept):
            self._ledger.close()
        self._show(terminalreporter)
        if self._problem is not None:
            terminalreporter.write_line(f"ERROR: the saved run is not sound: {self._problem}", red=True)
        if self._judging is not None:
            self._judging.tell(terminalreporter)

    def pytest_unconfigure(self) -> None:
        """Leave the journal to others."""
        self._ledger.release()

    def _show(self, reporter: pytest.TerminalReporter) -> None:
        if not self._ledger.entries:
            return
        reporter.section("speech recognition")
        entries = [self._ledger.entries[key] for key in self._ledger.selected if key in self._ledger.entries]
        case_ids = {key: case.id for key, case in self._ledger.selected.items()}
        for line in summary.results(entries, case_ids, get_terminal_size().columns):
            reporter.write_line(terminal(line))
        outcomes = [(self._ledger.selected[entry.test_id], entry.outcome) for entry in entries]
        for line in summary.not_run(outcomes, options.text(self._config, "require-device")):
            reporter.write_line(line)
        if self._ledger.path:
            way_out = (
                "with --asr-resume --benchmark-autosave to save the run"
                if self._ledger.is_complete and not self._is_to_be_saved
                else "with --asr-resume to finish and save the run"
            )
            kept = (
                f"{counted(self._ledger.n_kept, 'finished case')} kept in {self._ledger.path}; "
                f"repeat the command {way_out}"
            )
            for line in wrap(kept, get_terminal_size().columns, **summary.HANGING):
                reporter.write_line(line)

    def _read_back(self) -> str | None:
        """Read every file that was saved, and say what is wrong with one; None if nothing is."""
        if self._benchmarks.json and self._benchmarks.benchmarks:
            self._saved.append(Path(self._benchmarks.json))
        try:
            for path in self._saved:
                run = load_run(path)
                if run.block.session_id != self._ledger.session_id:
                    return f"{path} is another session's"
        except RecordError as error:
            return str(error)
        return None

    def _store_ourselves(self) -> None:
        # pytest-benchmark's own way may leave half a file, or none of two that are saved at once.
        storage = self._benchmarks.storage
        if hasattr(storage, "path"):
            storage.save = self._store

    def _store(self, output_json: dict[str, Any], name: str) -> None:
        path = store(self._benchmarks.storage, output_json, name)
        self._saved.append(path)
        self._benchmarks.storage.logger.info(f"Saved benchmark data in: {path}")

    def _show_own_table_only(self) -> None:
        # pytest-benchmark's own table is for comparing and for those who ask for it.
        if not self._benchmarks.compare and not self._benchmarks.verbose:
            self._benchmarks.quiet = True

    def _save_outcomes_alone(self) -> None:
        # pytest-benchmark saves nothing where nothing ran; that nothing could run is worth saving.
        benchmarks = self._benchmarks
        save = benchmarks.save or benchmarks.autosave
        if not self._ledger.entries:
            benchmarks.save = benchmarks.autosave = benchmarks.json = None
        if benchmarks.benchmarks or benchmarks.disabled or not save or not self._ledger.entries:
            return
        output_json = self._json()
        benchmarks.storage.save(output_json, save)
        benchmarks.save = benchmarks.autosave = benchmarks.json = None

    @property
    def _is_to_be_saved(self) -> bool:
        benchmarks = self._benchmarks
        return bool(self._saved or benchmarks.save or benchmarks.autosave or benchmarks.json)

    def _judge_unsaved(self) -> None:
        # Nothing else makes the JSON of a session that is judged and saved nowhere.
        if self._judging is not None and not self._is_to_be_saved:
            self._json()

    def _json(self) -> dict[str, Any]:
        """Make what pytest-benchmark would save, the `asr` block included."""
        benchmarks, hook = self._benchmarks, self._config.hook
        output_json: dict[str, Any] = hook.pytest_benchmark_generate_json(
            config=self._config,
            benchmarks=benchmarks.benchmarks,
            include_data=True,
            machine_info=benchmarks.get_machine_info(),
            commit_info=hook.pytest_benchmark_generate_commit_info(config=self._config),
        )
        hook.pytest_benchmark_update_json(
            config=self._config, benchmarks=benchmarks.benchmarks, output_json=output_json
        )
        return output_json

    @property
    def _benchmarks(self) -> Any:
        return self._config._benchmarksession  # type: ignore[attr-defined]  # noqa: SLF001
