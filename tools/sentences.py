"""Sentences of our own about recognising speech and measuring it, from the small grammar in grammar.toml.

Every sentence belongs to one split for good, by a hash of its words: the package's talks draw from `talks`,
and whatever is trained draws from `training`, so that no talk is ever trained on. Words are lower-case, with
whole suffixes (`it's`) and without punctuation.
"""

from __future__ import annotations

import random
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SPLITS = ("training", "talks")
TALKS_SHARE = 0.1

GRAMMAR: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("grammar.toml").read_text("utf-8"))


def sentences(split: str, seed: int) -> Iterator[str]:
    """Give distinct sentences of a split without end, the same for the same seed on every platform."""
    if split not in SPLITS:
        raise ValueError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    rng = random.Random(seed)
    seen: set[str] = set()
    while True:
        sentence = expand("{sentence}", rng)
        if split_of(sentence) == split and sentence not in seen:
            seen.add(sentence)
            yield sentence


def split_of(sentence: str) -> str:
    """Tell which split a sentence belongs to."""
    share = int.from_bytes(sha256(sentence.encode()).digest()[:8], "big") / 2**64
    return "talks" if share < TALKS_SHARE else "training"


def vocabulary() -> tuple[str, ...]:
    """List every word that the grammar can say, sorted."""
    words: set[str] = set()
    for options in GRAMMAR.values():
        for option in options:
            for part in option.split():
                if part == "{noun}s":
                    words |= {f"{noun}s" for noun in GRAMMAR["noun"]}
                elif not part.startswith("{"):
                    words.add(part)
    return tuple(sorted(words))


def expand(template: str, rng: random.Random) -> str:
    """Fill every `{name}` of a template, drawing only `random()`, the same in every Python."""
    before, brace, rest = template.partition("{")
    if not brace:
        return template
    name, _, after = rest.partition("}")
    options = GRAMMAR[name]
    return before + expand(options[int(rng.random() * len(options))], rng) + expand(after, rng)
