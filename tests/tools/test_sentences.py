from itertools import islice

import pytest

from tools.sentences import SPLITS, sentences, split_of, vocabulary


def test_the_same_seed_gives_the_same_sentences_on_every_machine() -> None:
    assert next(sentences("talks", 1)) == FIRST
    assert list(islice(sentences("talks", 1), 20)) == list(islice(sentences("talks", 1), 20))


def test_no_sentence_of_the_talks_is_ever_one_for_training() -> None:
    drawn = {split: set(islice(sentences(split, 0), 300)) for split in SPLITS}
    assert not drawn["talks"] & drawn["training"]
    assert {split_of(sentence) for sentence in drawn["talks"]} == {"talks"}


def test_sentences_of_a_seed_are_distinct() -> None:
    assert len(set(islice(sentences("training", 0), 500))) == 500


def test_every_word_said_is_in_a_small_vocabulary() -> None:
    words = {word for split in SPLITS for text in islice(sentences(split, 5), 500) for word in text.split()}
    assert words <= set(vocabulary())
    assert 150 <= len(vocabulary()) <= 400


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(ValueError, match="no split 'test'"):
        next(sentences("test", 0))


FIRST = (
    "every test is more reliable than the number of the transcript so there is only one frame on the server"
)
