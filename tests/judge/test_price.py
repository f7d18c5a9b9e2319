import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp
from pathlib import Path

import pytest

from asr_harness.errors import RecordError
from asr_harness.judge.price import Price, price
from asr_harness.report.price import lines
from asr_harness.schema import RunFile
from tests.saved_runs import CASE, measured, unmeasured, write_run

CHEAP = CASE.replace("baseline", "fp16")
TALKS = tuple("abcdefghijkl")
RIGHT = (0,) * len(TALKS)
Runs = Callable[..., list[RunFile]]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Make runs whose hour slows both variants alike by up to half, the other one `scale` times as slow."""

    def make(
        n: int, scale: float, wrong: tuple[int, ...] | None = RIGHT, noise: float = 0.01
    ) -> list[RunFile]:
        rng = random.Random(n)
        made = []
        for index in range(n):
            hour = 1 + rng.random() / 2
            slow = hour * scale * exp(rng.gauss(0, noise))
            base = measured(CASE, rounds_s=(hour,) * 3, wrong=wrong and RIGHT, talks=TALKS)
            other = measured(CHEAP, rounds_s=(slow,) * 3, wrong=wrong, talks=TALKS)
            made.append(write_run(tmp_path / f"{index}.json", base, other, day=index))
        return made

    return make


def of(prices: Sequence[Price], variant: str = "fp16") -> Price:
    return next(one for one in prices if one.variant == variant)


def test_a_third_off_latency_is_shown_though_hours_differ_more(runs: Runs) -> None:
    latency = of(price(runs(6, 0.67), "baseline")).changes["latency"]
    assert latency.is_shown
    assert latency.effect == pytest.approx(-0.33, abs=0.02)
    assert latency.low is not None
    assert latency.high is not None
    assert latency.low < -0.33 < latency.high < 0


def test_a_difference_within_the_noise_is_not_shown(runs: Runs) -> None:
    cheap = of(price(runs(6, 0.98, noise=0.05), "baseline"))
    assert cheap.changes["latency"].is_shown is False
    assert cheap.pays == "buys nothing"


def test_faster_with_the_same_words_pays(runs: Runs) -> None:
    prices = price(runs(6, 0.67), "baseline")
    assert of(prices).pays == "pays"
    assert [one.variant for one in prices if one.is_on_front] == ["fp16"]


def test_faster_and_wrong_costs_words_and_both_are_on_the_front(runs: Runs) -> None:
    wrong = (2, 3) * (len(TALKS) // 2)
    prices = price(runs(6, 0.67, wrong=wrong), "baseline")
    assert of(prices).pays == "costs words"
    assert of(prices).changes["wer"].effect == pytest.approx(0.25)
    assert all(one.is_on_front for one in prices)


def test_a_few_words_wrong_leave_it_undecided(runs: Runs) -> None:
    wrong = (3, *RIGHT[1:])
    assert of(price(runs(6, 0.67, wrong=wrong), "baseline")).pays == "undecided"


def test_one_run_has_a_price_and_no_interval(runs: Runs) -> None:
    cheap = of(price(runs(1, 0.67), "baseline"))
    assert cheap.changes["latency"].effect == pytest.approx(-0.33, abs=0.02)
    assert cheap.changes["latency"].low is None
    assert cheap.changes["latency"].is_shown is None
    assert "--sessions" in "\n".join(lines(price(runs(1, 0.67), "baseline"), 0.01, 200))


def test_dummy_weights_price_time_and_say_so(runs: Runs) -> None:
    dummies = [
        replace(run, block=replace(run.block, plan=replace(run.block.plan, weights="dummy")))
        for run in runs(6, 0.67, wrong=None)
    ]
    prices = price(dummies, "baseline")
    assert of(prices).pays == "words unpriced"
    assert of(prices).changes["wer"].value is None
    assert "dummy weights" in "\n".join(lines(prices, 0.01, 200))


def test_what_could_not_run_is_told_with_its_reason(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a.json", measured(CASE), unmeasured("unavailable", CHEAP, "no such kernel"))
    assert of(price([run], "baseline")).reason == "unavailable: no such kernel"
    assert "fp16 could not be priced: unavailable" in "\n".join(lines(price([run], "baseline"), 0.01, 200))


def test_a_variant_that_no_run_has_is_named_with_the_way_out(runs: Runs) -> None:
    with pytest.raises(RecordError, match=r"they have baseline, fp16.*--asr-variants baseline,int4"):
        price(runs(1, 1.0), "baseline", ["int4"])


def test_the_table_marks_the_front_and_what_is_shown(runs: Runs) -> None:
    text = "\n".join(lines(price(runs(6, 0.67), "baseline"), 0.01, 200))
    row = next(line for line in text.splitlines() if line.startswith("fp16"))
    assert "*" in row
    assert "%!)" in row
    assert "fp16 pays: latency -33%" in text.replace("ms/utt", "latency").replace("s/utt", "latency")


@pytest.mark.parametrize("width", [80, 120])
def test_lines_fit_the_terminal(runs: Runs, width: int) -> None:
    written = lines(price(runs(6, 0.67, wrong=(2,) * len(TALKS)), "baseline"), 0.01, width)
    assert max(map(len, written)) <= width
    row = next(line for line in written if line.startswith("fp16"))
    assert row.split()[0] == "fp16"
    assert "+20.0pt!" in row


def test_an_end_that_knows_nothing_is_no_number_and_nothing_has_no_sign(runs: Runs) -> None:
    text = " ".join(" ".join(lines(price(runs(2, 0.9, noise=0.3), "baseline"), 0.01, 200)).split())
    assert "(not bounded: too few sessions)" in text
    assert "1000%" not in text
    assert "-0%" not in text


def test_a_variant_of_which_nothing_was_saved_is_priced_by_its_reason(runs: Runs) -> None:
    prices = price(runs(2, 1.0), "baseline", ["fp16", "int4"], gone={"int4": "needs a GPU"})
    assert of(prices, "int4").reason == "needs a GPU"
    assert of(prices).n_runs == 2
