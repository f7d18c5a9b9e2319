"""Runs on disk: finding saved runs by file, number, commit or branch, and the journal of a session."""

from asr_harness.runs.former import former_runs, newest_runs
from asr_harness.runs.select import (
    STORAGE,
    known_runs,
    load_runs,
    select_runs,
    select_summaries,
    sides,
)

__all__ = [
    "STORAGE",
    "former_runs",
    "known_runs",
    "load_runs",
    "newest_runs",
    "select_runs",
    "select_summaries",
    "sides",
]
