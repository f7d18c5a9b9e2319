"""Looks at every selected case before any runs: what will be skipped, what is wrong, what it will cost."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from asr_harness import devices, systems
from asr_harness.counting import counted
from asr_harness.errors import AsrHarnessError, MeterError, UnavailableError
from asr_harness.measure.energy import PASS_S
from asr_harness.measure.rounds import MIN_ROUNDS
from asr_harness.metrics import units
from asr_harness.plugin.workbench import energy_counter
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asr_harness.devices.instruments.probe import ProbeSpeed
    from asr_harness.grid import Plan
    from asr_harness.plugin.workbench import Workbench
    from asr_harness.schema import Case, Outcome

LOAD_BYTES_PER_S = 1e9
"""How fast weights come off a disk or a random generator, for planning alone."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of a case; an `outcome` means that it will not start, for that reason."""

    case: Case
    outcome: Outcome | None = None
    reason: str | None = None
    time_s: float | None = None
    memory_bytes: float | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """How fast a device is, what memory it has to give, and how long its energy takes to measure."""

    speed: ProbeSpeed
    available_bytes: int
    energy_s: float


def find_problems(plan: Plan, cases: Iterable[Case], workbench: Workbench) -> list[str]:
    """Collect everything that would stop a case for a reason that its user can mend."""
    cases = tuple(cases)
    language = _language(plan, cases, workbench)
    checks: list[Callable[[], object]] = [
        lambda source=source: _check_source(source, plan, language)  # type: ignore[misc]
        for source in dict.fromkeys(plan.sources[case.model] for case in cases)
    ]
    problems = [message for check in checks if (message := _message(check))]
    for bucket in dict.fromkeys(case.bucket for case in cases):
        message = _message(lambda bucket=bucket: workbench.slice(bucket))  # type: ignore[misc]
        problems += [message] if message else _too_large_batches(bucket, cases, workbench)
        if not message:
            problems += _too_short_for_some(bucket, cases, plan, workbench)
    return list(dict.fromkeys(problems))


def utterances_taken(cases: Iterable[Case], workbench: Workbench) -> str | None:
    """Say how many of each bucket's utterances are heard, where that is not all; None if it is."""
    slices = {bucket: workbench.slice(bucket) for bucket in dict.fromkeys(case.bucket for case in cases)}
    parts = [
        f"{len(each.utterances)} of {each.n_in_bucket} in {bucket}"
        for bucket, each in slices.items()
        if each.n_in_bucket is not None and len(each.utterances) < each.n_in_bucket
    ]
    if not parts:
        return None
    return f"utterances heard: {', '.join(parts)}; --asr-utterances N takes more"


def corpus_remarks(cases: Iterable[Case], workbench: Workbench) -> list[str]:
    """Say what was made of the recordings and of references without a word, each once."""
    slices = [workbench.slice(bucket) for bucket in dict.fromkeys(case.bucket for case in cases)]
    converted = dict.fromkeys(f"converted: {each.conversion}" for each in slices if each.conversion)
    return [*converted, *dict.fromkeys(each.wordless for each in slices if each.wordless)]


def forecast(plan: Plan, cases: Iterable[Case], workbench: Workbench) -> list[Forecast]:
    """Estimate every case, and tell which cannot run on this machine."""
    machines: dict[str, Machine] = {}
    forecasts = []
    for case in cases:
        reason = _message(lambda case=case: devices.get(case.device).check())  # type: ignore[misc]
        if reason:
            forecasts.append(Forecast(case, "unavailable", reason))
            continue
        if case.device not in machines:
            machines[case.device] = _machine(case.device, plan)
        forecasts.append(_estimate(plan, case, machines[case.device], _lengths_s(plan, case, workbench)))
    return forecasts


def _machine(device: str, plan: Plan) -> Machine:
    is_counted = not isinstance(energy_counter(device, plan.energy), MeterError)
    return Machine(
        devices.get(device).probe_speed(),
        devices.get(device).available_memory_bytes(),
        PASS_S * (1 + len(STAGES)) if is_counted else 0.0,
    )


def _lengths_s(plan: Plan, case: Case, workbench: Workbench) -> list[float]:
    if _message(lambda: workbench.slice(case.bucket)):
        # No data yet: as the bucket's name promises.
        return [sum(plan.buckets_s[case.bucket]) / 2] * plan.n_utterances
    return [utterance.audio_s for utterance in workbench.slice(case.bucket).utterances]


def _estimate(plan: Plan, case: Case, machine: Machine, lengths_s: list[float]) -> Forecast:
    try:
        typical, longest = (
            systems.estimate_cost(
                plan.sources[case.model],
                weights=plan.weights,  # type: ignore[arg-type]
                batch_size=case.batch_size,
                audio_s=audio_s,
                variant=plan.variants[case.variant],
            )
            for audio_s in (fmean(lengths_s), max(lengths_s))
        )
    except AsrHarnessError as error:
        return Forecast(case, reason=str(error))
    if longest.memory_bytes > machine.available_bytes:
        reason = (
            f"needs about {units.memory(longest.memory_bytes)}, "
            f"and {units.memory(machine.available_bytes)} are free on {case.device}"
        )
        return Forecast(case, "too_big", reason, memory_bytes=longest.memory_bytes)
    pass_s = typical.seconds(machine.speed) * len(lengths_s) / case.batch_size
    rounds_s = max(MIN_ROUNDS * pass_s, plan.time_s)
    time_s = pass_s + rounds_s + machine.energy_s + longest.weight_bytes / LOAD_BYTES_PER_S
    return Forecast(case, time_s=time_s, memory_bytes=longest.memory_bytes)


def _language(plan: Plan, cases: Iterable[Case], workbench: Workbench) -> str | None:
    """Give what is spoken; None where nobody says it, or no slice can be loaded, which is told elsewhere."""
    for bucket in dict.fromkeys(case.bucket for case in cases):
        if not _message(lambda bucket=bucket: workbench.slice(bucket)):  # type: ignore[misc]
            return workbench.slice(bucket).language
    return plan.language


def _check_source(source: str, plan: Plan, language: str | None) -> None:
    if systems.is_own(source):
        systems.find_factory(source)
    else:
        systems.check_checkpoint(
            source,
            plan.weights,  # type: ignore[arg-type]
            allow_pickle=plan.allow_pickle,
            language=language,
        )


def _too_large_batches(bucket: str, cases: Iterable[Case], workbench: Workbench) -> list[str]:
    n_utterances = len(workbench.slice(bucket).utterances)
    sizes = sorted(
        {case.batch_size for case in cases if case.bucket == bucket} - set(range(n_utterances + 1))
    )
    return [
        f"batch size {size} is larger than the {bucket} slice of {workbench.plan.data}, which has "
        f"{counted(n_utterances, 'utterance')}; lower --asr-batch-sizes, raise --asr-utterances, or deselect "
        f"those cases with -k 'not -{bucket}-b{size}-'"
        for size in sizes
    ]


def _too_short_for_some(bucket: str, cases: Iterable[Case], plan: Plan, workbench: Workbench) -> list[str]:
    n_samples = {each.id: len(each.samples) for each in workbench.slice(bucket).utterances}
    sources = dict.fromkeys(plan.sources[case.model] for case in cases if case.bucket == bucket)
    messages = (
        _message(
            lambda source=source: systems.check_lengths(  # type: ignore[misc]
                source,
                plan.weights,  # type: ignore[arg-type]
                n_samples,
                allow_pickle=plan.allow_pickle,
            )
        )
        for source in sources
    )
    return [f"bucket {bucket} of {plan.data}: {message}" for message in messages if message]


def _message(check: Callable[[], object]) -> str | None:
    try:
        check()
    except (AsrHarnessError, UnavailableError) as error:
        return str(error)
    return None
