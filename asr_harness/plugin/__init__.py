"""The pytest plugin: wiring only. A suite gives its grid by the hook `pytest_asr_grid`; the rest follows."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

import pytest

from asr_harness.errors import AsrHarnessError, GridError
from asr_harness.plugin import neighbours, options, statuses

if TYPE_CHECKING:
    from asr_harness.grid import Grid, Plan


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the `--asr-…` options."""
    options.add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare `pytest_asr_grid`."""
    from asr_harness.plugin import hookspec

    pluginmanager.add_hookspecs(hookspec)


pytest_cmdline_main = statuses.pytest_cmdline_main
pytest_load_initial_conftests = statuses.pytest_load_initial_conftests


# pytest-benchmark reads its options in a trylast hook, so what is changed here is what it sees.
@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers and, where a suite gave a grid, plan the session."""
    from asr_harness.plugin import guarding

    with guarding.guarded():
        _configure(config)


def _configure(config: pytest.Config) -> None:
    from asr_harness import devices

    for device in options.usage_errors(devices.names):
        config.addinivalue_line("markers", f"{device}: a case that runs on this device")
    gives_grid = config.hook.pytest_asr_grid.get_hookimpls()
    config.stash[statuses.IS_OURS] = bool(gives_grid or options.given(config))
    grid = options.usage_errors(lambda: _grid_of_suite(config))
    if grid is None:
        from asr_harness.plugin import without_grid

        config.pluginmanager.register(without_grid, "asr-without-grid")
        return
    if config.option.help:
        config.add_cleanup(lambda: _print_names(grid))
        return
    options.usage_errors(lambda: neighbours.check_first(config))
    _set_isolation(config)
    plan = options.usage_errors(lambda: _make_plan(config, grid))
    config.option.benchmark_save_data = True
    _register(config, plan)


def _grid_of_suite(config: pytest.Config) -> Any:
    """Ask the suite for its grid. Raises GridError where its own hook fails, with the line and the error."""
    from asr_harness.plugin import failures

    try:
        return config.hook.pytest_asr_grid()
    except AsrHarnessError as error:
        error.args = (f"{failures.place(error)}{error}",)
        raise
    except Exception as error:
        raise GridError(
            f"{failures.place(error)}pytest_asr_grid raised {type(error).__name__}: {error}"
        ) from error


def _set_isolation(config: pytest.Config) -> None:
    from asr_harness.plugin import child, isolating

    folder = options.isolated_folder(config)
    if folder is not None:
        child.take_options(config, folder)
    elif options.flag(config, "isolate"):
        options.usage_errors(lambda: isolating.check(config))


def _print_names(grid: Grid) -> None:
    from asr_harness.plugin import known_names

    sys.stdout.write("\n".join([*known_names.of_suite(grid, get_terminal_size().columns), ""]))


def _register(config: pytest.Config, plan: Plan) -> None:
    from asr_harness.ab.protocol import ENERGY, asked
    from asr_harness.plugin.child import Task
    from asr_harness.plugin.collecting import Collecting
    from asr_harness.plugin.commits import Commits
    from asr_harness.plugin.guarding import Guarding
    from asr_harness.plugin.isolating import Isolating
    from asr_harness.plugin.judging import make_judging
    from asr_harness.plugin.ledger import Ledger, storage_folder
    from asr_harness.plugin.live import Live
    from asr_harness.plugin.masking import Masking, session_mask
    from asr_harness.plugin.running import Running
    from asr_harness.plugin.saving import Saving
    from asr_harness.plugin.trending import Trending
    from asr_harness.plugin.workbench import Workbench

    address = options.live_address(config)
    if not options.flag(config, "identify"):
        config.pluginmanager.register(Masking(), "asr-masking")
    ledger = Ledger(storage_folder(config) / "journal", session_mask(config, plan))
    has_energy = not address or ENERGY in asked()
    workbench = Workbench(plan, is_live=bool(address), has_energy=has_energy)
    live = Live(address, ledger) if address else None
    running = Running(config, ledger, workbench, live)
    folder = options.isolated_folder(config)
    task = None if folder is None else Task.read(folder)
    workbench.known_peaks |= task.peaks if task else {}
    collecting = Collecting(config, ledger, workbench, running, task.test_ids if task else None, live)
    config.pluginmanager.register(collecting, "asr-collecting")
    if options.flag(config, "isolate"):
        isolating = Isolating(ledger, workbench, running, collecting)
        config.pluginmanager.register(isolating, "asr-isolating")
    config.pluginmanager.register(running, "asr-running")
    if live is not None:
        config.pluginmanager.register(live, "asr-live")
    config.pluginmanager.register(Commits(config, is_live=bool(address)), "asr-commits")
    judging = options.usage_errors(lambda: make_judging(config)) if task is None else None
    config.pluginmanager.register(Saving(config, ledger, workbench, judging), "asr-saving")
    if task is None and live is None:
        config.pluginmanager.register(Trending(storage_folder(config), ledger), "asr-trending")
    # The last wrapper is the outermost: what saving tells by itself does not come here.
    config.pluginmanager.register(Guarding(), "asr-guarding")


def _make_plan(config: pytest.Config, grid: object) -> Plan:
    from asr_harness import corpora, systems
    from asr_harness import grid as grids

    if not isinstance(grid, grids.Grid):
        raise GridError(f"pytest_asr_grid gave a {type(grid).__name__}; it gives an asr_harness.grid.Grid")
    plan = grids.make_plan(
        grid,
        profile=options.text(config, "profile"),
        models=options.names(config, "models"),
        devices=options.names(config, "devices"),
        buckets=options.names(config, "buckets"),
        batch_sizes=options.names(config, "batch-sizes"),
        variants=options.names(config, "variants"),
        data=options.text(config, "data"),
        weights=options.text(config, "weights"),
        n_utterances=options.number(config, "utterances", int),
        time_s=options.number(config, "time", float),
        energy=options.text(config, "energy"),
        parse_bucket=corpora.parse_bucket,
        custom_models=systems.own_names(),
        allow_pickle=options.flag(config, "allow-pickle"),
        language=options.text(config, "language"),
        normaliser=options.text(config, "normaliser"),
    )
    grids.check_known(plan.weights, systems.WEIGHTS, "kind of weights")
    return plan
