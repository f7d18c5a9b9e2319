"""Say what this machine can measure, how much its runs differ, and what to do about each shortcoming.

The noise is that of the same work in fresh processes, and the run is its unit: rounds of one process tell
little of the next one.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from shutil import get_terminal_size
from statistics import fmean
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from asr_harness import devices, stats
from asr_harness.cli._lines import tell
from asr_harness.measure import noise
from asr_harness.metrics import units
from asr_harness.report.terminal import table
from asr_harness.runs.device_locks import DeviceLocks

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from asr_harness.devices.finding import HostFinding

N_RUNS = 10
N_ROUNDS = 8
BUDGET_S = 55.0
RUNS_A_SIDE = (2, 3, 5, 10, 20)
QUICK = "asr-harness doctor measures it in a minute"
TOO_FEW = f"too few processes ended within {BUDGET_S:.0f} s"
MARKS = {"good": "ok", "warn": "!", "missing": "–"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the form of the answer, and whether to measure the noise."""
    parser.add_argument("--quick", action="store_true", help="do not measure the noise, which takes a minute")
    parser.add_argument(
        "--work",
        default=noise.KERNEL,
        help="what the noise is measured on: kernel, or a model (default: %(default)s)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings and the noise; nothing found is a failure."""
    from asr_harness.devices import host

    findings = list(host.examine())
    runs = [] if arguments.quick else _runs(arguments.work)
    expected = _expected(runs)
    if arguments.format == "json":
        text = json.dumps(
            {"findings": [asdict(finding) for finding in findings], "noise": expected}, indent=1
        )
    else:
        width = get_terminal_size().columns
        why_not = QUICK if arguments.quick else TOO_FEW
        text = "\n".join([*_described(findings, width), *_foretold(expected, why_not, width)])
    print(text)  # noqa: T201
    return 0


def _runs(work: str) -> list[noise.NoiseRun]:
    """Measure the noise once no other session times on this host."""
    with DeviceLocks() as locks:
        locks.acquire([devices.HOST.lock_name], tell)
        return list(noise.fresh_runs(work, N_ROUNDS, n_runs=N_RUNS, budget_s=BUDGET_S))


def _expected(runs: Sequence[noise.NoiseRun]) -> Mapping[str, Any] | None:
    """Derive from the runs what to expect of a comparison; None where there were too few."""
    deviations = {
        name: noise.between_run_sd(runs, calibrated=name == "calibrated") for name in ("raw", "calibrated")
    }
    measured = {name: deviation for name, deviation in deviations.items() if deviation is not None}
    if len(measured) < len(deviations):
        return None
    best = min(measured.values())
    first, second = (fmean(run.log_median for run in runs[start::2]) for start in (0, 1))
    return {
        "n_runs": len(runs),
        "n_rounds": N_ROUNDS,
        "between_run_sd": measured,
        "same_code_twice": second - first,
        "smallest_effect": {k: stats.minimum_detectable_effect(best, k) for k in RUNS_A_SIDE},
    }


def _described(findings: Sequence[HostFinding], width: int) -> list[str]:
    lines = []
    for finding in findings:
        head = f"{MARKS[finding.state]:>2} {finding.name}: {finding.found}"
        lines += wrap(head, width, subsequent_indent=" " * 5)
        if finding.remedy:
            lines += wrap(f"→ {finding.remedy}", width, initial_indent=" " * 5, subsequent_indent=" " * 7)
    return lines


def _foretold(expected: Mapping[str, Any] | None, why_not: str, width: int) -> list[str]:
    if expected is None:
        return ["", f"noise between runs: not measured; {why_not}"]
    raw, calibrated = (expected["between_run_sd"][name] for name in ("raw", "calibrated"))
    twice = f"{100 * expected['same_code_twice']:+.1f} %"
    summary = (
        f"noise: {expected['n_runs']} fresh processes of {expected['n_rounds']} rounds; their medians "
        f"deviate by {units.percent(raw)} raw, {units.percent(calibrated)} calibrated (standard deviation); "
        f"every second run against the others, the same code twice: {twice}."
    )
    rows = [(str(k), units.percent(effect)) for k, effect in expected["smallest_effect"].items()]
    why = (
        f"Two-sided t test at {stats.ALPHA:.0%}, power {stats.POWER:.0%}, for one case alone, on the smaller "
        "of the two deviations. Where what you look for is smaller, take more runs, or a quieter machine."
    )
    smallest = table(("runs a side", "minimum detectable regression"), rows, width)
    return ["", *wrap(summary, width), "", *smallest, *wrap(why, width)]
