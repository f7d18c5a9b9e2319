"""Other plugins and options that would spoil a measurement: refused in a sentence before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.errors import GridError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


def check_first(config: pytest.Config) -> None:
    """Refuse what would leave this plugin without its collection, or without pytest-benchmark."""
    if not config.pluginmanager.hasplugin("benchmark"):
        raise GridError(
            "pytest-benchmark is not active, and it times and saves the cases: drop -p no:benchmark"
        )
    workers = config.getoption("numprocesses", None) or config.getoption("tx", None)
    # Under any --dist pytest-benchmark disables itself, workers or not.
    is_spread = config.getoption("dist", None) not in (None, "no")
    is_worker = hasattr(config, "workerinput")  # what xdist gives its workers, and no child of theirs has
    if workers or is_spread or is_worker:
        raise GridError(
            "pytest-xdist runs cases side by side, and they would slow one another: drop -n and --dist "
            "(or pass -n 0); to spread cases over machines, start a session on each"
        )


def check(config: pytest.Config) -> None:
    """Refuse options of other plugins under which rounds would be lost, added, or timed otherwise."""
    problems = list(_problems(config))
    if problems:
        raise GridError("\n".join(problems))


def is_disabled(config: pytest.Config) -> bool:
    """Whether pytest-benchmark runs each case once and times none: there is nothing to keep."""
    return bool(config.getoption("benchmark_disable") and not config.getoption("benchmark_enable"))


def _problems(config: pytest.Config) -> Iterator[str]:
    if config.getoption("codspeed", None):  # it disables pytest-benchmark by itself
        yield "--codspeed replaces pytest-benchmark, which times and saves the cases: drop it"
    if config.getoption("benchmark_skip", None):
        yield "--benchmark-skip leaves nothing to measure: drop it (see --asr-list)"
    timer = config.getoption("benchmark_timer", None)
    if timer is not None and "perf_counter" not in str(timer):
        yield f"--benchmark-timer {timer} is no clock that runs can be compared by: drop it"
    if config.getoption("benchmark_cprofile", None):
        yield "--benchmark-cprofile runs further rounds under a profiler: drop it, and profile apart"
    if (config.getoption("count", None) or 1) > 1:
        yield "--count makes copies of a case, of which one would be read: drop it, and repeat the session"
    if config.getoption("cov_source", None):
        yield "--cov traces every line, which slows what is timed: drop it, and measure coverage apart"
    if config.getoption("reruns", None):
        yield "--reruns tries a failed case until it passes, which hides that it fails: drop it"
