"""Every line on references that docs/data.md states, as a table."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.errors import DataError
from asr_harness.measure import text
from asr_harness.measure.text import clean_reference, normalise, normaliser_fingerprint


@pytest.mark.parametrize(
    ("reference", "clean"),
    [
        ("it 's", "it's"),
        ("doesn 't", "doesn't"),
        ("we 'll they 've i 'm you 're he 'd", "we'll they've i'm you're he'd"),
        ("let 'em go", "let 'em go"),
        ("{NOISE} well {COUGH}", "well"),
        ("<unk> and <sil> so", "and so"),
        ("the(2) end (2)", "the end"),
        ("(2)", ""),
        ("in (19)98 or (so)", "in 98 or (so)"),
        ("a  b", "a b"),
        ("", ""),
    ],
)
def test_the_notation_of_ted_lium_is_undone(reference: str, clean: str) -> None:
    assert clean_reference(reference) == clean


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("it 's", "it is"),
        ("IT'S", "it is"),
        ("<unk>", ""),
        ("(2)", ""),
        ("{NOISE}", "noise"),
        ("...", "."),
        ("nineteen eighties", "1980s"),
        ("The COLOUR, Mr. Smith!", "the color mister smith"),
        ("", ""),
    ],
)
def test_whispers_normaliser_does_what_is_known_of_it(written: str, normalised: str) -> None:
    assert normalise(written) == normalised


@pytest.mark.parametrize("reference", ["{NOISE}", "<unk>", "<sil> (2)", "{COUGH} {NOISE}"])
def test_a_reference_of_notation_alone_is_empty(reference: str) -> None:
    assert normalise(clean_reference(reference)) == ""


@given(st.text("ab 's t({2})<>", max_size=40))
def test_a_cleaned_reference_is_single_spaced(reference: str) -> None:
    clean = clean_reference(reference)
    assert clean == " ".join(clean.split())


def test_the_fingerprint_changes_with_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    before = normaliser_fingerprint()
    assert before == normaliser_fingerprint()
    monkeypatch.setattr(text, "RULES_VERSION", text.RULES_VERSION + 1)
    assert normaliser_fingerprint() != before


def test_the_fingerprint_changes_with_the_version_of_the_normaliser(monkeypatch: pytest.MonkeyPatch) -> None:
    before = normaliser_fingerprint()
    monkeypatch.setattr(text, "version", lambda _: "0.0.0")
    assert normaliser_fingerprint() != before


def test_a_corpus_names_its_normaliser_and_has_another_fingerprint_by_it() -> None:
    assert normalise("Il y a 20 %, c'est CHER", "whisper-basic") == "il y a 20 c est cher"
    assert normalise("AS IT IS", "builtins:str") == "AS IT IS"
    keys = ("whisper-english", "whisper-basic", "builtins:str")
    assert len({normaliser_fingerprint(key) for key in keys}) == 3


@pytest.mark.parametrize("key", ["klingon", "no_such_module:f", "builtins:nope", ""])
def test_an_unknown_normaliser_is_an_error_that_lists_those_there_are(key: str) -> None:
    with pytest.raises(DataError, match=f"no normaliser '{key}'.*whisper-english, whisper-basic"):
        normalise("a", key)


def test_keys_of_normalisers_left_the_fingerprint_of_whispers_as_it_was() -> None:
    parts = f"whisper-normalizer {text.version('whisper-normalizer')} rules {text.RULES_VERSION} "
    assert normaliser_fingerprint() == sha256((parts + normalise(text.PROBE)).encode()).hexdigest()


@pytest.mark.parametrize(
    "apostrophe", ["\u2019", "\u02bc", "\uff07", "\u201b", "\u2018", "\u00b4", "`", "\u2032"]
)
def test_typographic_apostrophes_are_apostrophes(apostrophe: str) -> None:
    written = "It's what I don't like"
    assert normalise(written.replace("'", apostrophe)) == normalise(written) == "it is what i do not like"
    assert clean_reference("it \u2019s doesn \u2019t") == "it's doesn't"


def test_quotes_around_words_stay_quotes() -> None:
    assert normalise("say \u2018so\u2019 now") == normalise("say so now")
