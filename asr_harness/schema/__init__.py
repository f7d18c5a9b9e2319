"""What a saved run is: its parts, which refuse wrong values when they are made, and its format's history."""

from asr_harness.schema.case import OUTCOMES, Case, Outcome
from asr_harness.schema.code import CodeRecord, SourceFile
from asr_harness.schema.energy import Energy, EnergyLabel, EnergyMeasurement
from asr_harness.schema.environment import Environment, Gpu, MachinePeaks
from asr_harness.schema.memory import Memory
from asr_harness.schema.plan import SavedPlan
from asr_harness.schema.quality import ErrorCounts, Errors, Quality
from asr_harness.schema.reading import load_run, parse_run
from asr_harness.schema.result import CaseResult, Fingerprints, Speech, Utterances
from asr_harness.schema.run import (
    Block,
    CaseRecord,
    RunFile,
    SavedCase,
    SavedJudgement,
)
from asr_harness.schema.session import SavedShard, SessionCost, SessionPart
from asr_harness.schema.speed import Speed
from asr_harness.schema.stages import STAGES, PassKind, StageName
from asr_harness.schema.start import Start
from asr_harness.schema.work import Roof, Work

__all__ = [
    "OUTCOMES",
    "STAGES",
    "Block",
    "Case",
    "CaseRecord",
    "CaseResult",
    "CodeRecord",
    "Energy",
    "EnergyLabel",
    "EnergyMeasurement",
    "Environment",
    "ErrorCounts",
    "Errors",
    "Fingerprints",
    "Gpu",
    "MachinePeaks",
    "Memory",
    "Outcome",
    "PassKind",
    "Quality",
    "Roof",
    "RunFile",
    "SavedCase",
    "SavedJudgement",
    "SavedPlan",
    "SavedShard",
    "SessionCost",
    "SessionPart",
    "SourceFile",
    "Speech",
    "Speed",
    "StageName",
    "Start",
    "Utterances",
    "Work",
    "load_run",
    "parse_run",
]
