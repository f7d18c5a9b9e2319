"""Judging: one policy, evidence in, one judgement out, for every entry alike."""

from asr_harness.judge.evidence import Evidence, Forks, LogRatio
from asr_harness.judge.judgement import Finding, Judgement, Verdict
from asr_harness.judge.judging import judge
from asr_harness.judge.policy import Policy
from asr_harness.judge.tested_times import history_columns

__all__ = [
    "Evidence",
    "Finding",
    "Forks",
    "Judgement",
    "LogRatio",
    "Policy",
    "Verdict",
    "history_columns",
    "judge",
]
