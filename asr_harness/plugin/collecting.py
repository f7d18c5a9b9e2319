"""Collecting the cases of a plan, and looking ahead at all of them before the first one runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from asr_harness import devices
from asr_harness.errors import GridError
from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.plugin import neighbours, options, summary
from asr_harness.plugin.conditions import conditions_of
from asr_harness.plugin.progress import terminal_of
from asr_harness.report.escaping import terminal
from asr_harness.runs import scratch
from asr_harness.runs.device_locks import DeviceLocks
from asr_harness.schema import Case
from asr_harness.schema.journal import JournalEntry
from asr_harness.schema.part import dump, savable_text, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.plugin.ledger import Ledger
    from asr_harness.plugin.live import Live
    from asr_harness.plugin.preflight import Forecast
    from asr_harness.plugin.running import Running
    from asr_harness.plugin.workbench import Workbench

AXES = ("model", "device", "bucket", "batch_size", "variant")


class Collecting:
    """Turns the plan into test cases; skips or refuses what cannot run."""

    def __init__(
        self,
        config: pytest.Config,
        ledger: Ledger,
        workbench: Workbench,
        running: Running,
        only: Sequence[str] | None = None,
        live: Live | None = None,
    ) -> None:
        self._config = config
        self._plan = workbench.plan
        self._ledger = ledger
        self._workbench = workbench
        self._running = running
        self._only = only
        self._live = live
        self._is_isolating = options.flag(config, "isolate")
        self._locks = DeviceLocks()
        self._is_refused = False

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give the plan's cases to each test that asks for `asr_case`, as plain parameters."""
        if "asr_case" not in metafunc.fixturenames:
            return
        rows = [
            pytest.param(
                *(getattr(case, axis) for axis in AXES),
                id=case.id,
                marks=getattr(pytest.mark, devices.key_of(case.device)),
            )
            for case in self._plan.cases
        ]
        metafunc.parametrize(AXES, rows)

    # Last of all: what the command itself selects is the same in every process of a session.
    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep this session's share, and of it this process's own tests, where a session has several."""
        shard = options.text(self._config, "shard")
        if shard is not None:
            options.usage_errors(lambda: self._keep_share(shard, items))
        listed = options.text(self._config, "cases")
        if listed is not None:
            options.usage_errors(lambda: self._keep_listed(Path(listed), items))
        if self._only is not None:
            wanted = set(self._only)
            items[:] = [item for item in items if item.nodeid in wanted]

    def _keep_listed(self, path: Path, items: list[pytest.Item]) -> None:
        from asr_harness.plugin import sharding

        wanted = sharding.listed(path)
        unknown = wanted - {_case_of(item).id for item in items if _has_case(item)}
        if unknown:
            raise GridError(
                f"{path} lists {shown(min(unknown), 200)}, which is not selected; `--asr-list` shows what is"
            )
        kept = [item for item in items if _has_case(item) and _case_of(item).id in wanted]
        self._config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    def _keep_share(self, shard: str, items: list[pytest.Item]) -> None:
        from asr_harness.plugin import sharding

        sharding.parse(shard)
        cases = [_case_of(item) for item in items if _has_case(item)]
        if not cases:
            return
        self._ledger.shard, own = sharding.shard_of(shard, cases, self._plan)
        # What is no case belongs to the first share alone.
        kept = [
            item
            for item in items
            if (_case_of(item).id in own if _has_case(item) else self._ledger.shard.index == 1)
        ]
        self._config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Look at every selected case before the first one runs."""
        items = {item.nodeid: item for item in session.items if _has_case(item)}
        if self._config.option.collectonly or session.testsfailed or not items:
            return None
        self._ledger.selected = {test_id: _case_of(item) for test_id, item in items.items()}
        if listing := self._config.getoption("asr_selected"):
            self._list_cases(Path(listing))
            return True
        options.usage_errors(lambda: neighbours.check(self._config))
        options.usage_errors(lambda: _check_distinct(self._ledger.selected))
        return options.usage_errors(lambda: self._look_ahead(items))

    def _list_cases(self, path: Path) -> None:
        from asr_harness.plugin.sharding import nominal_s

        cases = tuple(self._ledger.selected.values())
        listed = [{"case": dump(case), "nominal_s": nominal_s(self._plan, case)} for case in cases]
        conditions = conditions_of(self._config, self._workbench, self._ledger.selected)
        path.write_bytes(msgspec.json.encode({"cases": listed, "conditions": dump(conditions)}))

    def _look_ahead(self, items: Mapping[str, pytest.Item]) -> bool | None:
        from asr_harness.plugin import preflight

        cases = tuple(self._ledger.selected.values())
        problems = preflight.find_problems(self._plan, cases, self._workbench)
        if options.flag(self._config, "list"):
            forecasts = preflight.forecast(self._plan, cases, self._workbench)
            lines = summary.listing(forecasts, problems, get_terminal_size().columns)
            terminal_of(self._config).write("\n".join(["", *lines, ""]))
            self._is_refused = bool(problems)
            return True
        if problems:
            raise pytest.UsageError("\n".join(problems))
        self._check_required_device()
        self._lock_devices(cases)
        if not options.live_address(self._config) and not neighbours.is_disabled(self._config):
            self._open_journal()
        if self._is_isolating:
            # Each process looks at its own cases: a GPU that this one had touched would not be theirs alone.
            forecasts = [preflight.Forecast(case) for case in cases]
        else:
            forecasts = preflight.forecast(self._plan, cases, self._workbench)
        to_hear = [forecast.case for forecast in forecasts if forecast.outcome is None]
        self._tell_heard(
            preflight.utterances_taken(to_hear, self._workbench),
            *preflight.corpus_remarks(to_hear, self._workbench),
        )
        self._prepare(dict(zip(items.values(), forecasts, strict=True)))
        return None

    def _tell_heard(self, *remarks: str | None) -> None:
        """Say once what of the corpus is heard, and not again in each process of a session or of `ab`."""
        is_part = self._live is not None or options.isolated_folder(self._config) is not None
        if not is_part and not options.flag(self._config, "quiet"):
            for remark in filter(None, remarks):
                terminal_of(self._config).write_line(terminal(remark))

    def _lock_devices(self, cases: Sequence[Case]) -> None:
        """Wait for the devices, unless this session is part of one that has them, or nothing is timed.

        A session that has them itself also cleans up after those that were killed.
        """
        if options.isolated_folder(self._config) is not None or neighbours.is_disabled(self._config):
            return
        names = {devices.get(case.device).lock_name for case in cases}
        if self._live is not None:
            self._live.wait_for_devices(names)
        else:
            scratch.sweep()
            self._locks.acquire(names, terminal_of(self._config).write_line)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """End a listing as the session would end: unusable, where it would be stopped."""
        if self._is_refused:
            session.exitstatus = EXIT_UNUSABLE

    def pytest_unconfigure(self) -> None:
        """Let other sessions have the devices."""
        self._locks.release()

    def _check_required_device(self) -> None:
        device = options.text(self._config, "require-device")
        if device and not any(_is_required(case, device) for case in self._ledger.selected.values()):
            raise GridError(f"--asr-require-device {device}: no selected case runs on {device}")

    def _open_journal(self) -> None:
        conditions = conditions_of(self._config, self._workbench, self._ledger.selected)
        if not options.flag(self._config, "resume"):
            self._ledger.open(conditions, datetime.now(UTC).strftime("%Y%m%d_%H%M%S_%f"))
            return
        n_skipped = self._ledger.resume(conditions)
        if n_skipped:
            terminal_of(self._config).write_line(
                f"{n_skipped} lines of {self._ledger.path} cannot be read; their cases are measured again"
            )

    def _prepare(self, forecasts: Mapping[pytest.Item, Forecast]) -> None:
        expected_s: dict[str, float] = {}
        for item, forecast in forecasts.items():
            if item.nodeid in self._ledger.entries:
                self.replay(item)
                expected_s[item.nodeid] = 0.0
            elif forecast.outcome is not None:
                reason = forecast.reason or ""
                self._ledger.record(JournalEntry(item.nodeid, forecast.outcome, savable_text(reason)))
                self.replay(item)
            else:
                expected_s[item.nodeid] = forecast.time_s or self._plan.time_s
        self._running.begin(expected_s)

    def replay(self, item: pytest.Item) -> None:
        """Let a test tell what is known of its case, instead of measuring it."""
        entry, case = self._ledger.entries[item.nodeid], self._ledger.selected[item.nodeid]
        required = options.text(self._config, "require-device")
        if item.nodeid in self._ledger.replayed:
            item.add_marker(pytest.mark.benchmark(timer=self._ledger.replayed[item.nodeid].timer))
        elif entry.outcome not in ("failed", "crashed") and not (
            entry.outcome == "unavailable" and _is_required(case, required)
        ):
            item.add_marker(pytest.mark.skip(reason=f"{entry.outcome}: {entry.reason}"))


def _has_case(item: pytest.Item) -> bool:
    return "asr_case" in getattr(item, "fixturenames", ())


def _is_required(case: Case, device: str | None) -> bool:
    """Whether a case runs on the device, or on any of its kind where no index is asked for."""
    return device in (case.device, devices.key_of(case.device))


def _check_distinct(selected: Mapping[str, Case]) -> None:
    """Raise GridError for two tests of one case: a run holds every case once."""
    tests: dict[str, str] = {}
    for test_id, case in selected.items():
        if case.id in tests:
            raise GridError(
                f"{tests[case.id]} and {test_id} both measure {case.id}; select one of them with -k, or give "
                "the case another variant"
            )
        tests[case.id] = test_id


def _case_of(item: Any) -> Case:
    return Case(**{axis: item.callspec.params[axis] for axis in AXES})
