"""Claims of the study are made of its recognisers alone, and say whose they are."""

import pandas as pd
import pytest

from asr_harness.report import claims, study
from asr_harness.report.claims.c1_published_rates import PUBLISHED
from asr_harness.report.claims.voting import Answer, ClaimKind


def cases(*models: str) -> pd.DataFrame:
    return pd.DataFrame({"model": models})


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(_: pd.DataFrame) -> Answer:
        return Answer("holds", "")

    pair = (
        ClaimKind("C0", 0, "of the study", "", check, of_study=True),
        ClaimKind("T0", 1, "of a team", "", check),
    )
    monkeypatch.setattr(claims, "claim_kinds", lambda: pair)


@pytest.mark.parametrize(
    ("models", "expected"), [(("my_asr",), ["T0"]), (("my_asr", "whisper-tiny"), ["C0", "T0"])]
)
def test_the_study_claims_nothing_of_other_recognisers(
    kinds: None, models: tuple[str, ...], expected: list[str]
) -> None:
    assert [claim.key for claim in claims.check_all(cases(*models))] == expected


def test_every_claim_of_the_package_is_the_study_s() -> None:
    assert all(kind.of_study for kind in claims.claim_kinds())


def test_the_study_s_recognisers_are_those_whose_rates_it_published() -> None:
    assert set(study.MODELS) == set(PUBLISHED)
