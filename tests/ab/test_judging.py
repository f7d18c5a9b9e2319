"""What restarts and the saved runs of both sides say together."""

from math import log
from pathlib import Path

import pytest

from asr_harness.ab import judging
from asr_harness.ab.estimate import LogRatio
from asr_harness.ab.latency import together_decisions, transcripts_differ
from asr_harness.ab.session import Findings
from asr_harness.compare import exit_status
from asr_harness.compare.rules import parse_rule, parse_trade
from asr_harness.report import restarts
from asr_harness.saved import parse_run
from asr_harness.settings import Settings
from asr_harness.stats.sequential import planned_looks
from tests.compare.test_times import cell
from tests.saved_runs import CASE, content, measured

N_RESTARTS = 8
HALVED = {"flops": {"encode": 1e9, "decode": 0.5e9}}


def findings(effect: float, *, settings: Settings | None = None, encode: float | None = None) -> Findings:
    """Restarts that scatter by a per mille around an effect."""
    found = Findings(settings or Settings(), looks=planned_looks(N_RESTARTS))
    scatter = [0.001 * (-1) ** i for i in range(N_RESTARTS)]
    stages = {"encode": log(1 + encode)} if encode is not None else {}
    found.ratios[CASE] = [LogRatio(log(1 + effect) + noise, 0.0, stages) for noise in scatter]
    save(found, base={}, candidate={})
    return found


def save(found: Findings, **sides: dict) -> None:
    for side, info in sides.items():
        name = Path(f"the run of {side}")
        cases = [measured(case_id, **{"wrong": (1, 1, 2, 0), **info}) for case_id in found.ratios]
        text = content(*cases, commit=side[0] * 40)
        found.runs[side] = [parse_run(name, text) for _ in range(N_RESTARTS)]


def judged(found: Findings, metric: str = "latency") -> str:
    return cell(judging.judge(found), metric).verdict


def test_latency_is_that_of_the_restarts_and_not_of_the_saved_runs() -> None:
    found = findings(0.10)
    save(found, candidate={"rounds_s": (9.0, 9.0, 9.0)})
    latency = cell(judging.judge(found), "latency")
    assert latency.verdict == "regression"
    assert latency.effect == pytest.approx(0.10, abs=1e-3)
    assert latency.note == "over 8 restarts"


def test_what_the_sides_saved_is_compared_too() -> None:
    found = findings(0.0)
    save(found, candidate={"peak_resident_bytes": 2e9, "flops": {"encode": 2e9, "decode": 1e9}})
    assert judged(found, "memory") == "regression"
    assert judged(found, "flops") == "regression"
    assert judged(found, "wer") == "unchanged"


def test_a_rule_for_what_turns_do_not_tell_is_left_to_compare_and_told() -> None:
    rules = (parse_rule("p95>5%"), parse_rule("latency>5%"))
    comparison = judging.judge(findings(0.0, settings=Settings(rules)))
    assert "left to compare on saved runs, as ab does not judge it: p95>5%" in comparison.notes


def test_a_lost_case_fails_whatever_the_run_of_the_base_says() -> None:
    found = findings(0.0)
    found.lost["whisper-base-cpu-5s-b1-baseline"] = "candidate", "oom", "out of memory"
    found.lost["whisper-small-cpu-5s-b1-baseline"] = "candidate", "failed", "no longer works"
    comparison = judging.judge(found)
    assert [lost.verdict for lost in comparison.of("regression", "missing")] == ["regression", "missing"]
    assert exit_status(comparison) == 1


def test_a_case_that_only_the_candidate_runs_is_an_improvement() -> None:
    found = findings(0.0)
    found.lost["whisper-base-cpu-5s-b1-baseline"] = "base", "oom", "out of memory"
    assert [each.metric for each in judging.judge(found).of("improvement")] == ["outcome"]


def test_a_changed_latency_says_in_which_stage_and_an_unchanged_one_does_not() -> None:
    stage = cell(judging.judge(findings(0.10, encode=0.20)), "encode")
    assert (stage.verdict, stage.gated) == ("regression", False)
    assert not [each for each in judging.judge(findings(0.0, encode=0.20)).cells if each.metric == "encode"]


def test_a_rule_for_rtf_is_one_for_latency() -> None:
    assert judged(findings(0.03)) == "regression"
    assert judged(findings(0.03, settings=Settings((parse_rule("rtf>5%"),)))) == "unchanged"


def test_a_trade_off_of_words_for_speed_is_honoured() -> None:
    settings = Settings(trades=(parse_trade("flops+60% if rtf-20%"),))
    found = findings(-0.3, settings=settings)
    save(found, candidate={"flops": {"encode": 2e9, "decode": 1e9}})
    assert judged(found, "flops") == "unchanged"


def test_other_weights_are_what_is_judged_and_are_told() -> None:
    found = findings(0.0)
    save(
        found, candidate={"fingerprints": {"slice": "s", "weights": "x", "normaliser": "n", "decoding": "d"}}
    )
    comparison = judging.judge(found)
    assert comparison.notes == ("weights differs: w and x, compared all the same",)


def test_latency_has_less_of_the_false_alarm_rate_where_transcripts_differ_too() -> None:
    found = findings(0.0)
    alone = found.decisions()[CASE]
    save(found, candidate={"hypotheses": ["other words"] * 4})
    assert transcripts_differ(found.runs)
    beside = found.decisions()[CASE]
    assert (beside.high or 0) > (alone.high or 0)


def test_without_runs_times_are_judged_alone_and_it_is_said() -> None:
    found = findings(0.10)
    found.runs["base"].clear()
    comparison = judging.judge(found)
    assert [each.metric for each in comparison.cells] == ["latency"]
    assert "too old" in comparison.notes[0]


def test_cases_of_one_model_have_a_row_for_their_mean() -> None:
    found = findings(0.0)
    other = CASE.replace("-5s-", "-15s-")
    # What one gains in a restart the other loses: apart they are noise, together an effect of 4 %.
    swings = [0.2 * (-1) ** (i // 2) for i in range(N_RESTARTS)]
    for name, sign in ((CASE, 1), (other, -1)):
        found.ratios[name] = [
            LogRatio(0.04 + sign * swing + 0.001 * (i % 3), 0.0) for i, swing in enumerate(swings)
        ]
    save(found, base={}, candidate={})
    comparison = judging.judge(found)
    assert cell(comparison, "latency").verdict == "inconclusive"
    assert cell(comparison, "latency", "whisper-tiny-cpu-*-baseline").verdict == "regression"


def test_a_name_with_dashes_is_told_from_those_between_names() -> None:
    found = findings(0.0)
    made = content(*(measured(f"tiny-cpu-{bucket}-b1-beams4") for bucket in ("5s", "15s")))
    for outcome in made["asr"]["outcomes"]:
        outcome["case"]["variant"] = "beams-4"
    found.ratios = {f"tiny-cpu-{bucket}-b1-beams-4": found.ratios[CASE] for bucket in ("5s", "15s")}
    found.runs = {side: [parse_run(Path(side), made)] for side in ("base", "candidate")}
    assert list(together_decisions(found)) == ["tiny-cpu-*-beams-4"]


def test_a_mean_that_is_open_leaves_the_exit_status_to_its_cases() -> None:
    found = findings(0.0)
    found.ratios[CASE.replace("-5s-", "-15s-")] = found.ratios[CASE][:2]
    save(found, base={}, candidate={})
    row = cell(judging.judge(found), "latency", "whisper-tiny-cpu-*-baseline")
    assert (row.verdict, row.gated) == ("inconclusive", False)


def test_an_interval_however_wide_leaves_the_table_its_width() -> None:
    found = findings(0.0)
    found.looks = planned_looks(N_RESTARTS)
    found.ratios[CASE] = [LogRatio(30.0 * (-1) ** i, 0.0, {}) for i in range(N_RESTARTS)]
    lines = restarts.conclusion(found, judging.judge(found), 80)
    assert max(map(len, lines)) <= 80
