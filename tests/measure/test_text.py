"""Every line on references that docs/data.md states, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
