"""One row per utterance: what was heard, and its errors."""

import pandas as pd

from asr_harness.report.table import utterances
from asr_harness.schema import CaseResult, ErrorCounts, Errors, Quality, Utterances
from tests.report.hand_made import CASE, run, speed

WORDS = ErrorCounts((8, 0), (1, 0), (1, 0), (2, 3))
CHARACTERS = ErrorCounts((40, 0), (4, 0), (3, 0), (2, 9))


def result(quality: Quality) -> CaseResult:
    spoken = Utterances(("u0", "u1"), ("a", "b"), (5.0, 6.0))
    return CaseResult("whisper", 2, 11.0, speed(), quality=quality, utterances=spoken)


def test_an_utterance_has_its_text_and_its_errors() -> None:
    first, second = utterances(
        [run(result(Quality(("x y", "z"), errors=Errors(WORDS, CHARACTERS))))]
    ).to_dict("records")
    assert {name: first[name] for name in ("run", "case", "model", "batch_size", "utterance", "talk")} == {
        "run": "r.json",
        "case": CASE.id,
        "model": "m",
        "batch_size": 1,
        "utterance": "u0",
        "talk": "a",
    }
    assert (first["audio_s"], first["hypothesis"], first["wer"]) == (5.0, "x y", 0.4)  # 4 of 10 words
    assert [first[f"word_{n}"] for n in ("hits", "substitutions", "deletions", "insertions")] == [8, 1, 1, 2]
    assert [first[f"character_{n}"] for n in ("hits", "substitutions", "insertions")] == [40, 4, 2]
    assert pd.isna(second["wer"])  # its reference has no words
    assert second["word_insertions"] == 3


def test_what_was_not_scored_has_no_errors() -> None:
    rows = utterances([run(result(Quality(("x", "y"))))])
    assert list(rows["hypothesis"]) == ["x", "y"]
    assert rows["wer"].isna().all()
    assert rows["word_hits"].isna().all()


def test_what_was_not_measured_has_no_utterances() -> None:
    assert len(utterances([run(None, "oom", "no room")])) == 0
