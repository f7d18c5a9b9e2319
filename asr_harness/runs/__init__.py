"""Finding saved runs: by file, number, commit or branch."""

from asr_harness.runs.select import STORAGE, former_runs, known_runs, load_runs, select_runs

__all__ = ["STORAGE", "former_runs", "known_runs", "load_runs", "select_runs"]
