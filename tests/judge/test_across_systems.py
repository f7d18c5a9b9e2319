"""Two systems held against each other: which case stands against which, and where their words differ."""

from dataclasses import replace
from typing import Any

import pytest

from asr_harness.errors import RecordError
from asr_harness.judge.across_systems import differing_words
from asr_harness.schema import Fingerprints
from tests.judge.conftest import Side
from tests.judge.judging import compare, finding
from tests.saved_runs import CASE, Made, measured

OTHER = Fingerprints("s", "w", "n", "other")


def by_runtime(case_id: str = CASE, runtime: str = "faster-whisper", **changed: Any) -> Made:
    """Make a case measured in a runtime, which counts no operators and decodes by settings of its own."""
    settings = {"operators": None, "flops": None, "fingerprints": OTHER, **changed}
    made = measured(f"{runtime}.{case_id}", **settings)
    assert made.result is not None
    return replace(made, result=replace(made.result, family=runtime))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (" Hello, World.", "hello world", ""),
        ("it's late", "its late", "“it's” → “its”"),
        ("a b c d", "a x c", "“b” → “x”, “d” → “”"),
        ("a b c d e f g", "1 b 2 d 3 f 4", "“a” → “1”, “c” → “2”, “e” → “3”, “g” → “4”"),
        ("a b c d e f g h i j k", "1 b 2 d 3 f 4 h 5 j 6",
         "“a” → “1”, “c” → “2”, “e” → “3”, “g” → “4”, “i” → “5”, and 1 more"),
    ],
)  # fmt: skip
def test_differing_words_are_shown_with_what_stands_instead(before: str, after: str, shown: str) -> None:
    assert differing_words(before, after) == shown


def test_one_checkpoint_in_two_runtimes_is_compared_in_words_times_and_memory_alone(side: Side) -> None:
    cases = [by_runtime(wrong=(1, 1, 1, 1), n_tokens=44, dtype="int8_float32", peak_resident_bytes=2e9)]
    judged = compare(side("a", wrong=(1, 1, 1, 1), noise=0.0), side("b", cases=cases), across=["system"])
    of_base = {one.metric for one in judged.findings if one.case_id == CASE}
    assert {"outcome", "transcripts", "wer", "latency", "memory"} <= of_base
    assert not of_base & {"operators", "flops", "tokens"}
    assert not judged.of("missing", "incomparable")
    assert finding(judged, "memory").verdict == "regression"
    assert "across systems: faster-whisper.whisper-tiny stands against whisper-tiny" in judged.notes
    assert any(note.startswith("dtype differs: float32 and int8_float32") for note in judged.notes)


def test_where_words_differ_is_named_and_leaves_the_status_alone(side: Side) -> None:
    heard = ("Text 0: 0!", "text 1 0", "text two 0", "text 3 0")
    judged = compare(
        side("a", wrong=(0,) * 4), side("b", cases=[by_runtime(wrong=(0,) * 4, hypotheses=heard)]),
        across=["system"],
    )  # fmt: skip
    words = finding(judged, "transcripts")
    assert (words.verdict, words.gated, words.effect) == ("inconclusive", False, 0.25)
    assert words.note == "other words in 1 of 4 utterances; u2: “2” → “two”"


def test_the_same_words_are_unchanged_whatever_their_case_and_punctuation(side: Side) -> None:
    heard = ("Text 0, 0.", " text 1 0", "TEXT 2 0", "text 3 0")
    judged = compare(side("a"), side("b", cases=[by_runtime(hypotheses=heard)]), across=["system"])
    assert finding(judged, "transcripts").verdict == "unchanged"


def test_other_weights_still_have_to_be_asked_for(side: Side) -> None:
    other = [by_runtime(fingerprints=Fingerprints("s", "other", "n", "d"))]
    assert compare(side("a"), side("b", cases=other), across=["system"]).of("incomparable")
    assert not compare(side("a"), side("b", cases=other), across=["system", "weights"]).of("incomparable")


def test_a_sides_only_model_and_variant_stand_against_the_others(side: Side) -> None:
    sides = side("a"), side("b", cases=[measured("whisper-base-cpu-5s-b1-int8", wrong=None)])
    judged = compare(*sides, across=["system"])
    assert finding(judged, "latency").verdict == "unchanged"
    assert "across systems: int8 stands against baseline" in judged.notes


def test_of_several_models_each_stands_against_its_own_checkpoint(side: Side) -> None:
    base = "whisper-base-cpu-5s-b1-baseline"
    sides = side("a", cases=[measured(), measured(base)]), side("b", cases=[by_runtime(base), by_runtime()])
    judged = compare(*sides, across=["system"])
    assert {one.case_id for one in judged.findings if one.metric == "latency"} >= {CASE, base}
    assert not judged.of("missing")


def test_two_systems_of_one_checkpoint_in_one_side_are_refused(side: Side) -> None:
    both = [by_runtime(), by_runtime(runtime="ctranslate2")]
    with pytest.raises(RecordError, match="measure each system in runs of its own"):
        compare(side("a"), side("b", cases=both), across=["system"])


def test_without_it_the_option_is_named(side: Side) -> None:
    with pytest.raises(RecordError, match="--across system"):
        compare(side("a"), side("b", cases=[by_runtime()]))
