"""A corpus of one's own through a whole session, in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asr_harness.corpora.formats import FORMATS
from asr_harness.schema import load_run
from tests.corpora.formats import test_formats
from tests.corpora.formats.conftest import write_audio

if TYPE_CHECKING:
    from collections.abc import Callable

WRITERS = [*test_formats.WRITERS, test_formats.text_files]


@pytest.mark.heavy
def test_every_format_is_measured_and_gives_the_same_transcripts_errors_and_language(
    suite: pytest.Pytester, run: Callable[..., pytest.RunResult]
) -> None:
    opened, seen = set(), set()
    for write in WRITERS:
        folder = suite.mkdir(write.__name__)
        for name, audio_s in test_formats.LENGTHS_S.items():
            write_audio(folder / "wav" / f"{name}.wav", audio_s)
        path = write(folder)
        opened |= {key for key, format_ in FORMATS.all().items() if format_.is_it(path)}
        options = ["--asr-data", f"manifest:{path}", "--asr-utterances", "2", "--asr-language", "de"]
        run("--benchmark-autosave", "--asr-batch-sizes", "2", *options).assert_outcomes(passed=1)
        (record,) = load_run(max(suite.path.glob(".benchmarks/*/*.json"))).records.values()
        assert record.result is not None
        errors = record.result.quality.errors
        assert errors is not None
        assert record.result.quality.hypotheses == ("hello world",) * 2
        seen.add((record.result.audio_s, record.result.speech, errors))
    assert opened == set(FORMATS.all())
    assert len(seen) == 1, seen
    assert sum(errors.words.n_reference) == 4
