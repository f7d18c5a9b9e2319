"""Cut a corpus into slices and store them in the cache, or verify what is stored.

Nothing is done for slices that are there already; an interrupted run is finished by the next.
"""

from __future__ import annotations

import argparse
from shlex import quote
from typing import TYPE_CHECKING

from asr_harness import cache, corpora
from asr_harness.cli._lines import say
from asr_harness.corpora.harms import split_spec
from asr_harness.corpora.slices import buckets as bucket_rules
from asr_harness.corpora.slices import manifest as manifests
from asr_harness.corpora.slices import storage
from asr_harness.corpora.slices.preparation import prepare
from asr_harness.counting import counted
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from asr_harness.corpora import Corpus
    from asr_harness.corpora.slices.manifest import Choices

Limits = tuple[float, float]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options; corpus, buckets and utterances are written as for pytest's `--asr-…` options."""
    known = ", ".join(corpora.BUCKETS_S)
    # Else argparse's own message, which names no way out.
    parser.add_argument("misplaced", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument(
        "--data",
        "--asr-data",
        metavar="SPEC",
        default="embedded",
        help="corpus: embedded, tedlium, tedlium:PATH, librispeech:PATH, manifest:PATH (default: embedded)",
    )
    parser.add_argument(
        "--buckets",
        metavar="A,B",
        help=f"of {known}, or new ones as NAME=LOW-HIGH in seconds (default: those that the corpus fills)",
    )
    parser.add_argument(
        "--utterances",
        metavar="N",
        type=_count,
        help="at most so many utterances in each bucket (default: all)",
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="seed of the selection (default: 0)")
    parser.add_argument(
        "--again", action="store_true", help="check stored slices against the corpus, and mend them"
    )
    parser.add_argument(
        "--verify", action="store_true", help="check every hash in the cache, and prepare nothing"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prepare, or verify; a stored slice that fails its check is an error."""
    if arguments.misplaced:
        spec = arguments.misplaced[0]
        raise DataError(f"{spec!r} stands alone; give the corpus as --data {quote(spec)}")
    if arguments.verify:
        _verify()
        return 0
    chosen = _chosen(arguments.buckets)
    spec, harms = split_spec(arguments.data)
    corpus = corpora.open_corpus(spec)
    cache.sweep()
    n_scored = sum(segment.scored for segment in corpus.segments)
    say(f"{corpus.name}, {corpus.origin}: {n_scored} scored segments of {len(corpus.segments)}")
    for remark in filter(None, (corpus.conversion, corpus.grouping, corpus.wordless)):
        say(remark)
    if harms:
        say(f"{', '.join(each.text for each in harms)}: made on the fly of what is stored here")
    for bucket, limits_s in (chosen or bucket_rules.filled(corpus.segments) or corpora.BUCKETS_S).items():
        choices = manifests.Choices(limits_s, arguments.utterances, arguments.seed)
        _prepare(corpus, bucket, choices, again=arguments.again)
    return 0


def _prepare(corpus: Corpus, bucket: str, choices: Choices, *, again: bool) -> None:
    from tqdm import tqdm

    with tqdm(desc=bucket, unit="utterance", leave=False, disable=None) as bar:

        def on_progress(n_stored: int, n_wanted: int) -> None:
            bar.total = n_wanted
            bar.update(n_stored - bar.n)

        path = prepare(corpus, bucket, choices, again=again, on_progress=on_progress)
    entries = manifests.read(path).entries[: choices.n_utterances]
    audio_s = sum(entry.end_s - entry.start_s for entry in entries)
    fingerprint = manifests.combine(entry.fingerprint for entry in entries)
    n = counted(len(entries), "utterance")
    say(f"{bucket}: {n}, {audio_s:.1f} s, fingerprint {fingerprint[:12]}, {path}")


def _verify() -> None:
    damaged = []
    for path in manifests.all_paths():
        try:
            n_utterances = len(storage.load(path, bucket="").utterances)
        except DataError as error:
            damaged.append(str(error))
        else:
            say(f"{path}: {counted(n_utterances, 'utterance')} as stored")
    if damaged:
        raise DataError("\n  ".join([f"damaged: {counted(len(damaged), 'slice')}", *damaged]))


def _chosen(text: str | None) -> dict[str, Limits]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    return dict(
        (name, corpora.BUCKETS_S[name]) if name in corpora.BUCKETS_S else corpora.parse_bucket(name)
        for name in names
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
