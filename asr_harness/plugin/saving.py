"""Saving a session: the `asr` block of the JSON, the journal's end, and the table."""

from __future__ import annotations

from dataclasses import asdict
from shutil import get_terminal_size
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from asr_harness import records
from asr_harness.plugin import summary
from asr_harness.plugin.progress import terminal_of
from asr_harness.schema.part import dump

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from asr_harness.plugin.judging import Judging
    from asr_harness.plugin.ledger import Ledger
    from asr_harness.plugin.workbench import Workbench

EXIT_NOT_SAVED = 2


class Saving:
    """Adds what pytest-benchmark leaves out, and lets go of the journal once the run is saved."""

    def __init__(
        self, config: pytest.Config, ledger: Ledger, workbench: Workbench, judging: Judging | None
    ) -> None:
        self._config = config
        self._judging = judging
        self._ledger = ledger
        self._workbench = workbench
        self._plan = workbench.plan
        self._began_s = monotonic()
        self._saved_before: set[Path] = set()

    def pytest_benchmark_update_json(self, output_json: dict[str, Any]) -> None:
        """Add the top-level `asr` block."""
        from asr_harness.devices import environment

        output_json["asr"] = {
            "schema_version": records.SCHEMA_VERSION,
            "profile": self._plan.profile,
            "plan": {
                "sources": dict(self._plan.sources),
                "buckets_s": dict(self._plan.buckets_s),
                "variants": {name: variant.settings() for name, variant in self._plan.variants.items()},
                "data": self._plan.data,
                "weights": self._plan.weights,
                "n_utterances": self._plan.n_utterances,
                "time_s": self._plan.time_s,
                "energy": self._plan.energy,
            },
            "environment": dump(environment.describe()),
            "session": {
                "wall_s": monotonic() - self._began_s,
                "loading_s": self._workbench.loading_s,
            },
            "peaks": {device: asdict(peaks) for device, peaks in self._workbench.peaks.items()},
            "oom_frontier": records.oom_frontiers(self._ledger.outcomes()),
            "outcomes": self._ledger.outcomes(),
        }
        if self._judging is not None:
            output_json["asr"]["judgement"] = dump(self._judging.judge(output_json))

    # Outside pytest-benchmark's wrapper, which saves before it yields.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Say in one message, and by the exit status, if the run could not be saved."""
        self._show_own_table_only()
        self._saved_before = self._saved_runs()
        try:
            self._save_outcomes_alone()
            self._judge_unsaved()
            result = yield
            if self._judging is not None and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = self._judging.status
            return result
        except OSError as error:
            session.exitstatus = EXIT_NOT_SAVED
            self._remove_half_saved()
            reporter = terminal_of(self._config)
            self._tell(reporter)
            reporter.write_line(f"ERROR: the run could not be saved: {error}", red=True)
            return None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Let go of the journal if the run is complete, saved by now, and write the table."""
        if self._ledger.is_complete:
            self._ledger.close()
        self._tell(terminalreporter)
        if self._judging is not None:
            self._judging.tell(terminalreporter)

    def _tell(self, reporter: pytest.TerminalReporter) -> None:
        if not self._ledger.entries:
            return
        reporter.section("speech recognition")
        entries = [self._ledger.entries[key] for key in self._ledger.selected if key in self._ledger.entries]
        case_ids = {key: case.id for key, case in self._ledger.selected.items()}
        for line in summary.results(entries, case_ids, get_terminal_size().columns):
            reporter.write_line(line)
        if self._ledger.path:
            n_finished = sum(entry.outcome == "measured" for entry in entries)
            reporter.write_line(
                f"{n_finished} finished cases are kept in {self._ledger.path}; "
                "repeat the command with --asr-resume to finish and save the run"
            )

    def _remove_half_saved(self) -> None:
        for path in self._saved_runs() - self._saved_before:
            path.unlink()

    def _saved_runs(self) -> set[Path]:
        return set(self._ledger.folder.parent.glob("*/*.json"))

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

    def _judge_unsaved(self) -> None:
        # Nothing else makes the JSON of a session that is judged and saved nowhere.
        benchmarks = self._benchmarks
        if self._judging is not None and not (benchmarks.save or benchmarks.autosave or benchmarks.json):
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
