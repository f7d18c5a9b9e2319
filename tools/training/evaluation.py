"""Error rates on the package's own talks, by bucket and by talk."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from asr_harness import systems
from asr_harness.corpora import BUCKETS_S, load_slice
from asr_harness.measure import transcribe
from asr_harness.measure.error_rate import Alignment, UtteranceErrors, pool, rate, utterance_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORT_BUCKETS = ("5s", "15s")
HELD_OUT_TALK = "EspeakScotland_2026"


def print_table(source: str) -> None:
    """Print WER and CER in percent, and words, as a Markdown table."""
    by_bucket, by_talk = errors_on_talks(source)
    print("| utterances | WER % | CER % | words |\n| --- | --- | --- | --- |")
    for bucket, found in by_bucket.items():
        print_row(f"{bucket}, {len(found)} of them", found)
    short = [errors for bucket in SHORT_BUCKETS for errors in by_bucket[bucket]]
    print_row("5s and 15s", short)
    for talk, found in sorted(by_talk.items()):
        print_row(f"5s and 15s of {talk}" + ", voice held out" * (talk == HELD_OUT_TALK), found)


def errors_on_talks(
    source: str,
) -> tuple[dict[str, list[UtteranceErrors]], dict[str, list[UtteranceErrors]]]:
    """Transcribe every utterance of every bucket; give the errors by bucket, and of short ones by talk."""
    transcriber = systems.load(source, device="cpu", weights="pretrained").system
    by_bucket: dict[str, list[UtteranceErrors]] = defaultdict(list)
    by_talk: dict[str, list[UtteranceErrors]] = defaultdict(list)
    for bucket, limits_s in BUCKETS_S.items():
        for utterance in load_slice("embedded", bucket, limits_s=limits_s, n_utterances=None).utterances:
            (text,) = transcribe(transcriber, [utterance.samples]).texts
            errors = utterance_errors(utterance.reference, text)
            by_bucket[bucket].append(errors)
            if bucket in SHORT_BUCKETS:
                by_talk[utterance.talk].append(errors)
    return by_bucket, by_talk


def print_row(name: str, found: Iterable[UtteranceErrors]) -> None:
    """Print a row of the table."""
    found = list(found)
    words, characters = pool(e.words for e in found), pool(e.characters for e in found)
    print(f"| {name} | {percent(words)} | {percent(characters)} | {words.n_reference} |", flush=True)


def percent(errors: Alignment) -> str:
    """Format an error rate."""
    return f"{100 * (rate(errors) or 0):.1f}"
