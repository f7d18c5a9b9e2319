"""One utterance gone wrong: a loop, an empty answer, words on silence; named, whatever the mean says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.counting import counted
from asr_harness.judge.judgement import UTTERANCES, Finding
from asr_harness.metrics.loops import MAX_COMPRESSION, compression, is_loop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asr_harness.judge.sides import Measured, Pair
    from asr_harness.schema import ErrorCounts

MORE_COMPRESSION = 1.25
"""What a loop has to have of that beyond the base's text: long texts compress well without one."""
MAX_WORDS_PER_S = 8.0
"""Nobody speaks faster: auctioneers reach five to six."""
MANY_WORDS = 10
"""Words beyond what could have been said that are no slip."""
MIN_LOST_WORDS, LOST_SHARE = 5, 0.5
MIN_ERRORS, DELETED_BEFORE, DELETED_AFTER = 10, 0.5, 0.9
"""Errors, and the share of deletions among them before and after, at which errors turned into deletions."""
DELETIONS_ALPHA = 0.001
MOST_NAMED, MOST_CHARACTERS = 3, 60


@dataclass(frozen=True, slots=True)
class Heard:
    """What one run heard of one utterance; the counts are None where it was not scored."""

    text: str
    audio_s: float | None
    n_reference: int | None
    n_deleted: int | None
    by_character: bool = False

    @property
    def words(self) -> list[str]:
        """The words, as they stand; the characters, where those are what is counted."""
        return list("".join(self.text.split())) if self.by_character else self.text.split()

    @property
    def is_loop(self) -> bool:
        """Whether a phrase follows itself again and again."""
        return is_loop(" ".join(self.words))


def judge_utterances(pair: Pair) -> Iterator[Finding]:
    """Name the utterances that went wrong in the candidate and in no run of the base."""
    base, candidate = (list(map(_heard, side)) for side in (pair.base, pair.candidate))
    wrong: dict[int, tuple[str, str, str]] = {}
    for index in range(max(map(len, (*base, *candidate)), default=0)):
        before = [side[index] for side in base if index < len(side)]
        for after in (side[index] for side in candidate if index < len(side)):
            # What the base heard too, word for word, is nothing new.
            if not before or after.text in {heard.text for heard in before}:
                continue
            if what := _gone_wrong(before, after):
                wrong.setdefault(index, (what, before[0].text, after.text))
    if wrong:
        ids = pair.candidate[0].result.utterances.ids
        named = [f"{_name(ids, index)}: {_told(*what)}" for index, what in list(wrong.items())[:MOST_NAMED]]
        note = "; ".join(
            [*named, *([f"and {len(wrong) - MOST_NAMED} more"] if len(wrong) > MOST_NAMED else [])]
        )
        yield Finding(pair.case_id, UTTERANCES, "regression", details={"n_wrong": len(wrong)}, note=note)
    elif note := _turned_to_deletions(pair):
        yield Finding(pair.case_id, UTTERANCES, "regression", note=note)


def _gone_wrong(before: Sequence[Heard], after: Heard) -> str | None:
    """Say what is wrong with what the candidate heard; None where nothing is, or the base did it too."""
    n_words = [len(one.words) for one in before]
    if after.is_loop or compression(after.text) > MAX_COMPRESSION:
        repeats = max(map(compression, (one.text for one in before)))
        anew = after.is_loop and not any(one.is_loop for one in before)
        if anew or compression(after.text) > max(MAX_COMPRESSION, MORE_COMPRESSION * repeats):
            return f"a loop of {counted(len(after.words), 'word')}"
    if len(after.words) > _most_words(after) and len(after.words) > max(n_words) + MANY_WORDS:
        return f"{counted(len(after.words), 'word')} in {after.audio_s or 0:.1f} s"
    if after.n_reference == 0 and after.words and not any(n_words):
        return "words on silence"
    if not after.words and all(n_words) and after.n_reference != 0:
        return "no answer to speech"
    lost = after.n_deleted or 0
    if after.n_reference and lost >= max(MIN_LOST_WORDS, LOST_SHARE * after.n_reference):
        most = max(one.n_deleted or 0 for one in before)
        if lost >= most + MIN_LOST_WORDS:
            return f"{lost} of {counted(after.n_reference, 'word')} left out"
    return None


def _most_words(heard: Heard) -> float:
    """Give the most words that can have been said."""
    if heard.n_reference is not None:
        return 2.0 * heard.n_reference + MANY_WORDS
    return float("inf") if heard.audio_s is None else MAX_WORDS_PER_S * heard.audio_s + MANY_WORDS


def _turned_to_deletions(pair: Pair) -> str:
    """Say where nearly all errors became deletions: a recogniser that leaves out what it does not know."""
    totals = [_total(side) for side in (pair.base, pair.candidate)]
    if not all(sum(total) >= MIN_ERRORS for total in totals):
        return ""
    deleted = [(total[1], sum(total)) for total in totals]
    before, after = (part / whole for part, whole in deleted)
    if before > DELETED_BEFORE or after < DELETED_AFTER or stats.fisher_exact(*deleted) > DELETIONS_ALPHA:
        return ""
    (s0, d0, i0), (s1, d1, i1) = totals
    return f"errors turned into deletions: substituted {s0} → {s1}, deleted {d0} → {d1}, inserted {i0} → {i1}"


def _total(side: Sequence[Measured]) -> tuple[int, int, int]:
    """Give a side's substitutions, deletions and insertions, of the first run that was scored."""
    counts = next((one.result.quality.errors.words for one in side if one.result.quality.errors), None)
    return (0, 0, 0) if counts is None else sums(counts)


def sums(counts: ErrorCounts) -> tuple[int, int, int]:
    """Sum substitutions, deletions and insertions."""
    return sum(counts.substitutions), sum(counts.deletions), sum(counts.insertions)


def _heard(measured: Measured) -> list[Heard]:
    result = measured.result
    errors, lengths_s = result.quality.errors, result.utterances.audio_s
    n_reference = errors.words.n_reference if errors else ()
    return [
        Heard(
            text,
            lengths_s[i] if i < len(lengths_s) else None,
            n_reference[i] if errors else None,
            errors.words.deletions[i] if errors else None,
            errors is not None and errors.by_character,
        )
        for i, text in enumerate(result.quality.hypotheses or ())
    ]


def _name(ids: Sequence[str], index: int) -> str:
    return ids[index] if index < len(ids) else f"utterance {index}"


def _told(what: str, before: str, after: str) -> str:
    return f"{what}: “{_short(before)}” → “{_short(after)}”"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
