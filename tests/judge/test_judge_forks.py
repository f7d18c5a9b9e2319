"""What forks and the saved runs of both sides say together."""

from collections.abc import Mapping
from math import log
from pathlib import Path

import pytest

from asr_harness.ab.progress import LiveSession
from asr_harness.judge import Judgement, LogRatio, Policy, judge, judge_forks
from asr_harness.judge.judge_forks import RATES, decide_models, groups_of, shares
from asr_harness.judge.rules import parse_rule, parse_waiver
from asr_harness.metrics import by_key
from asr_harness.report import forks, words
from asr_harness.schema import Fingerprints, parse_run
from asr_harness.stats.sequential import planned_looks
from tests.judge.judging import finding
from tests.saved_runs import CASE, content, measured

N_FORKS = 8
HALVED = {"flops": {"encode": 1e9, "decode": 0.5e9}}


def progress(effect: float, *, policy: Policy | None = None, encode: float | None = None) -> LiveSession:
    """Forks that scatter by a per mille around an effect."""
    found = LiveSession(policy or Policy(), looks=planned_looks(N_FORKS))
    scatter = [0.001 * (-1) ** i for i in range(N_FORKS)]
    stages = {"encode": log(1 + encode)} if encode is not None else {}
    found.log_ratios[CASE] = [LogRatio(log(1 + effect) + noise, 0.0, stages) for noise in scatter]
    save(found, base={}, candidate={})
    return found


def save(found: LiveSession, **sides: dict) -> None:
    for side, info in sides.items():
        name = Path(f"the run of {side}")
        cases = [measured(case_id, **{"wrong": (1, 1, 2, 0), **info}) for case_id in found.log_ratios]
        text = content(*cases, commit=side[0] * 40)
        found.runs[side] = [parse_run(name, text) for _ in range(N_FORKS)]


def judged(found: LiveSession) -> Judgement:
    return judge(found.evidence(), found.policy)


def verdict(found: LiveSession, metric: str = "latency") -> str:
    return finding(judged(found), metric).verdict


def test_latency_is_that_of_the_forks_and_not_of_the_saved_runs() -> None:
    found = progress(0.10)
    save(found, candidate={"rounds_s": (9.0, 9.0, 9.0)})
    latency = finding(judged(found), "latency")
    assert latency.verdict == "regression"
    assert latency.effect == pytest.approx(0.10, abs=1e-3)
    assert latency.note == "over 8 forks"
    # What they measured stands beside it.
    base, candidate = (found.runs[side][0].records[CASE].result for side in ("base", "candidate"))
    assert latency.base == pytest.approx(by_key("latency").read(base))
    assert latency.candidate == pytest.approx(by_key("latency").read(candidate))


def test_values_of_whole_runs_that_contradict_the_change_are_marked_and_explained() -> None:
    found = progress(0.10)
    save(found, base={"rounds_s": (2.05,) * 3}, candidate={"rounds_s": (1.12,) * 3})
    latency = finding(judged(found), "latency")
    assert latency.effect == pytest.approx(0.10, abs=1e-3)
    assert latency.details["unpaired_effect"] == pytest.approx(1.12 / 2.05 - 1)
    assert words.values(latency).endswith(" unpaired")
    text = " ".join(" ".join(forks.conclusion(judged(found), found.evidence().forks, {}, 200)).split())
    assert "whole runs differ by -45.4 %" in text


def test_values_whose_change_no_reader_tells_from_that_of_the_pairs_stand_by_themselves() -> None:
    found = progress(0.10)
    save(found, base={"rounds_s": (1.0,) * 3}, candidate={"rounds_s": (1.11,) * 3})
    latency = finding(judged(found), "latency")
    assert not latency.details
    assert not words.values(latency).endswith("unpaired")


def test_what_the_sides_saved_is_compared_too() -> None:
    found = progress(0.0)
    save(found, candidate={"peak_resident_bytes": 2e9, "flops": {"encode": 2e9, "decode": 1e9}})
    assert verdict(found, "memory") == "regression"
    assert verdict(found, "flops") == "regression"
    assert verdict(found, "wer") == "unchanged"


def test_a_rule_for_what_turns_do_not_tell_is_left_to_compare_and_told() -> None:
    rules = (parse_rule("p95>5%"), parse_rule("latency>5%"))
    comparison = judged(progress(0.0, policy=Policy(rules)))
    assert "left to compare on saved runs, as ab does not judge it: p95>5%" in comparison.notes


def test_a_lost_case_fails_whatever_the_run_of_the_base_says() -> None:
    found = progress(0.0)
    found.lost["whisper-base-cpu-5s-b1-baseline"] = "candidate", "oom", "out of memory"
    found.lost["whisper-small-cpu-5s-b1-baseline"] = "candidate", "failed", "no longer works"
    comparison = judged(found)
    assert [lost.verdict for lost in comparison.of("regression", "missing")] == ["regression", "missing"]
    assert comparison.exit_status == 1


def test_a_case_that_only_the_candidate_runs_is_an_improvement() -> None:
    found = progress(0.0)
    found.lost["whisper-base-cpu-5s-b1-baseline"] = "base", "oom", "out of memory"
    assert [each.metric for each in judged(found).of("improvement")] == ["outcome"]


def test_a_changed_latency_says_in_which_stage_and_an_unchanged_one_does_not() -> None:
    stage = finding(judged(progress(0.10, encode=0.20)), "encode")
    assert (stage.verdict, stage.gated) == ("regression", False)
    assert not [each for each in judged(progress(0.0, encode=0.20)).findings if each.metric == "encode"]


def test_a_rule_for_rtf_is_one_for_latency() -> None:
    assert verdict(progress(0.03)) == "regression"
    assert verdict(progress(0.03, policy=Policy((parse_rule("rtf>5%"),)))) == "unchanged"


def test_a_trade_off_of_words_for_speed_is_honoured() -> None:
    policy = Policy(waivers=(parse_waiver("flops+60% if rtf-20%"),))
    found = progress(-0.3, policy=policy)
    save(found, candidate={"flops": {"encode": 2e9, "decode": 1e9}})
    waived = finding(judged(found), "flops")
    assert (waived.verdict, waived.waived_by) == ("regression", "flops+60% if rtf-20%")
    assert judged(found).exit_status == 0
    assert "NO REGRESSION" in judged(found).headline


def test_other_weights_are_what_is_judged_and_are_told() -> None:
    found = progress(0.0)
    save(found, candidate={"fingerprints": Fingerprints("s", "x", "n", "d")})
    comparison = judged(found)
    assert comparison.notes == ("weights differs: w and x, compared all the same",)


def test_latency_has_less_of_the_false_alarm_rate_where_transcripts_differ_too() -> None:
    found = progress(0.0)
    alone = found.decisions()[CASE]
    save(found, candidate={"hypotheses": ("other words",) * 4})
    assert RATES in shares(found.evidence())
    beside = found.decisions()[CASE]
    assert (beside.high or 0) > (alone.high or 0)


def test_without_runs_times_are_judged_alone_and_it_is_said() -> None:
    found = progress(0.10)
    found.runs["base"].clear()
    comparison = judged(found)
    assert [each.metric for each in comparison.findings] == ["latency"]
    assert "too old" in comparison.notes[0]


def test_cases_of_one_model_have_a_row_for_their_mean() -> None:
    found = progress(0.0)
    other = CASE.replace("-5s-", "-15s-")
    # What one gains in a fork the other loses: apart they are noise, together an effect of 4 %.
    swings = [0.2 * (-1) ** (i // 2) for i in range(N_FORKS)]
    for name, sign in ((CASE, 1), (other, -1)):
        found.log_ratios[name] = [
            LogRatio(0.04 + sign * swing + 0.001 * (i % 3), 0.0) for i, swing in enumerate(swings)
        ]
    save(found, base={}, candidate={})
    comparison = judged(found)
    assert finding(comparison, "latency").verdict == "inconclusive"
    assert finding(comparison, "latency", "whisper-tiny-cpu-*-baseline").verdict == "regression"


def test_a_name_with_dashes_is_told_from_those_between_names() -> None:
    found = progress(0.0)
    made = content(*(measured(f"tiny-cpu-{bucket}-b1-beams4") for bucket in ("5s", "15s")))
    for saved in made["asr"]["cases"]:
        saved["case"]["variant"] = "beams-4"
    found.log_ratios = {f"tiny-cpu-{bucket}-b1-beams-4": found.log_ratios[CASE] for bucket in ("5s", "15s")}
    found.runs = {side: [parse_run(Path(side), made)] for side in ("base", "candidate")}
    evidence = found.evidence()
    groups = groups_of(evidence, evidence.forks)
    assert list(decide_models(evidence.forks, found.policy, groups)) == ["tiny-cpu-*-beams-4"]


def test_where_a_model_has_a_row_that_row_is_what_is_undecided() -> None:
    found = progress(0.0)
    found.log_ratios[CASE.replace("-5s-", "-15s-")] = found.log_ratios[CASE][:2]
    save(found, base={}, candidate={})
    row = finding(judged(found), "latency", "whisper-tiny-cpu-*-baseline")
    assert (row.verdict, row.gated) == ("inconclusive", True)
    assert not finding(judged(found), "latency", CASE.replace("-5s-", "-15s-")).gated


def test_a_mean_that_is_open_leaves_the_exit_status_to_cases_that_are_all_decided() -> None:
    found = progress(0.0)
    other = CASE.replace("-5s-", "-15s-")
    found.log_ratios[other] = found.log_ratios[CASE]
    # In its first five forks the mean was open; one of its cases left then.
    found.log_ratios[CASE] = found.log_ratios[CASE][:5]
    save(found, base={}, candidate={})
    judgement = judged(found)
    assert judgement.exit_status == 0
    assert "no slow-down above" in judgement.headline


def test_an_interval_however_wide_leaves_the_table_its_width() -> None:
    found = progress(0.0)
    found.looks = planned_looks(N_FORKS)
    found.log_ratios[CASE] = [LogRatio(30.0 * (-1) ** i, 0.0, {}) for i in range(N_FORKS)]
    lines = forks.conclusion(judged(found), found.evidence().forks, {}, 80)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("transcripts", "several", "share"),
    [("same", False, 0.9), ("same", True, 0.7), ("other", False, 0.4), ("other", True, 0.2)],
)
def test_the_latency_of_single_cases_has_what_others_leave(
    transcripts: str, several: bool, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = progress(0.0)
    if several:
        found.log_ratios[CASE.replace("-5s-", "-15s-")] = found.log_ratios[CASE]
    save(found, base={}, candidate={} if transcripts == "same" else {"hypotheses": ("other words",) * 4})
    alphas = []
    monkeypatch.setattr(
        "asr_harness.stats.sequential.decide_all", lambda *_, alpha, **__: alphas.append(alpha) or {}
    )
    found.decisions()
    assert alphas == [pytest.approx(0.01 * share)]


def test_a_waived_latency_is_one_thing_in_the_table_and_in_the_headline() -> None:
    policy = Policy(waivers=(parse_waiver("latency+20% if memory-10%"),))
    found = progress(0.10, policy=policy)
    save(found, base={"peak_resident_bytes": 2e9}, candidate={"peak_resident_bytes": 1e9})
    judgement = judged(found)
    lines = forks.conclusion(judgement, found.evidence().forks, {}, 100)
    assert judgement.exit_status == 0
    (row,) = [line for line in lines if line.strip().startswith("latency")]
    assert "waived" in row
    assert "regression" not in row
    assert "waived 1" in " ".join(lines[-2:])


@pytest.mark.parametrize("shared", [judge_forks.SHARES, judge_forks.SHARES_WITH_RATES])
def test_what_is_shared_out_is_the_whole_false_alarm_rate(shared: Mapping[str, float]) -> None:
    assert sum(shared.values()) == pytest.approx(1.0)


def test_the_stages_of_a_slower_case_inform_and_take_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    found = progress(0.3)
    save(found, base={}, candidate={})
    alphas = []
    monkeypatch.setattr(
        "asr_harness.stats.sequential.decide_all", lambda *_, alpha, **__: alphas.append(alpha) or {}
    )
    judged(found)
    assert alphas == [pytest.approx(0.01 * 0.9), pytest.approx(0.01 * 0.2), pytest.approx(0.01)]
