from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.errors import RuleError
from asr_harness.judge import Policy
from asr_harness.judge.rules import parse_rule, parse_waiver
from asr_harness.metrics import by_key


def test_a_rule_is_a_metric_and_a_limit() -> None:
    rule = parse_rule("rtf>2.5%")
    assert (rule.metric, rule.limit, rule.cases) == ("rtf", pytest.approx(0.025), "*")


def test_a_rule_may_name_its_cases() -> None:
    rule = parse_rule("whisper-*-cuda-*:latency > 3 %")
    assert rule.covers("whisper-tiny-cuda-5s-b1-baseline", "latency")
    assert not rule.covers("whisper-tiny-cpu-5s-b1-baseline", "latency")


def test_error_rates_are_given_in_points() -> None:
    assert parse_rule("wer>0.5pt").limit == pytest.approx(0.005)


def test_a_waiver_has_a_price_and_a_gain() -> None:
    trade = parse_waiver("wer+0.3pt if rtf-20%")
    assert (trade.metric, trade.limit, trade.gain, trade.gained) == ("wer", pytest.approx(0.003), "rtf", 0.2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("speed>5%", "no metric 'speed'"),
        ("wer>5%", "given in pt"),
        ("rtf>5pt", "given in %"),
        ("rtf>", "is not"),
        ("rtf<5%", "is not"),
        ("loudness>5%", "there are .*transcripts, outcome"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        parse_rule(text)


@pytest.mark.parametrize("key", ["transcripts", "outcome", "tokens", "operators", "calls"])
def test_exact_signals_of_any_system_may_be_named_in_rules(key: str) -> None:
    assert parse_rule(f"{key}>0%").covers("any", key)


def test_a_waiver_trades_numbers_alone() -> None:
    with pytest.raises(RuleError, match="no metric 'transcripts'"):
        parse_waiver("transcripts+5% if rtf-20%")


def test_a_wrong_waiver_says_what_one_looks_like() -> None:
    with pytest.raises(RuleError, match=r"wer\+1pt if rtf-20%"):
        parse_waiver("wer is fine")


def test_the_strictest_rule_is_the_tolerance_and_none_is_none() -> None:
    rules = [parse_rule("rtf>5%"), parse_rule("rtf>3%")]
    assert Policy(tuple(rules)).rule_limit(by_key("rtf"), "any") == pytest.approx(0.03)
    assert Policy(tuple(rules)).rule_limit(by_key("latency"), "any") == pytest.approx(0.03)
    assert Policy(tuple(rules)).rule_limit(by_key("memory"), "any") is None


@given(st.floats(0, 1000).map(lambda value: round(value, 3)))
def test_every_decimal_is_read_as_it_stands(number: float) -> None:
    assert parse_rule(f"latency>{number:f}%").limit == pytest.approx(number / 100)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(RuleError):
        assert parse_rule(text).metric in text
