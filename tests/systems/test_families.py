"""A family is one file, found by the registry or by entry point."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from asr_harness import registry, systems
from asr_harness.systems import Checkpoint, Family
from asr_harness.systems.hf import ctc, whisper

if TYPE_CHECKING:
    from asr_harness.systems import Variant
    from asr_harness.systems.cost import Cost


class OutsideFamily(Family):
    """What another distribution might bring."""

    name = "outside"
    description = "of another distribution"
    model_types = ("outside",)
    architectures: ClassVar = {"someone/outside": {"model_type": "outside"}}
    settings = frozenset({"dtype"})
    work = whisper.WORK

    def build(self, checkpoint: Checkpoint, *, device: str, dtype: str, attention: str) -> Any:
        raise NotImplementedError

    def system(self, checkpoint: Checkpoint, model: Any, variant: Variant) -> Any:
        raise NotImplementedError

    def cost(self, checkpoint: Checkpoint, *, batch_size: int, audio_s: float, variant: Variant) -> Cost:
        raise NotImplementedError


OUTSIDE = OutsideFamily()


def test_the_families_of_the_package_are_found_and_their_helpers_are_none() -> None:
    families = systems.FAMILIES.all()
    assert (families["ctc"], families["whisper"]) == (ctc.FAMILY, whisper.FAMILY)
    assert "conformer" not in families


def test_no_two_families_claim_a_model_type_or_a_name() -> None:
    families = systems.FAMILIES.all().values()
    claimed = [model_type for family in families for model_type in family.model_types]
    assert len(claimed) == len(set(claimed))
    assert len({family.name for family in families}) == len(families)


@pytest.mark.parametrize("family", systems.FAMILIES.all().values())
def test_a_family_knows_settings_that_a_variant_has(family: Family) -> None:
    assert family.settings <= set(systems.variant.SETTINGS)


@pytest.mark.parametrize(
    ("model_type", "family"), [("whisper", whisper.FAMILY), ("wavlm", ctc.FAMILY), ("hubert", ctc.FAMILY)]
)
def test_a_checkpoint_is_of_the_family_that_lists_its_model_type(model_type: str, family: Family) -> None:
    assert systems.find_family(Checkpoint("x", {"model_type": model_type})) is family


def test_a_family_of_another_distribution_is_found_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("outside", f"{__name__}:OUTSIDE", "asr_harness.families")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    fresh: Any = systems.FAMILIES
    again = registry.Registry(fresh._package, fresh._constant, fresh._kind, group=fresh.group)
    monkeypatch.setattr(systems, "FAMILIES", again)
    assert systems.find_checkpoint("someone/outside", "dummy").model_type == "outside"
    assert systems.find_family(Checkpoint("x", {"model_type": "outside"})) is OUTSIDE


def test_a_compiled_encoder_is_the_part_that_encodes(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    parts = {"encode": SimpleNamespace(compile=lambda: compiled.append("encoder")), "decode": None}
    monkeypatch.setattr(type(ctc.FAMILY.work), "parts", lambda *_: parts)
    variant = systems.Variant(compile_encoder=True)
    systems.load("asr-harness/ctc-mini", device="cpu", weights="dummy", variant=variant)
    assert compiled == ["encoder"]


def test_a_compiled_decoder_is_the_part_that_decodes(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    parts = {
        name: SimpleNamespace(compile=lambda name=name: compiled.append(name))
        for name in ("encode", "decode")
    }
    monkeypatch.setattr(type(whisper.FAMILY.work), "parts", lambda *_: parts)
    variant = systems.Variant(compile_decoder=True, cache="static")
    assert variant.compiles
    systems.load("asr-harness/whisper-mini", device="cpu", weights="dummy", variant=variant)
    assert compiled == ["decode"]
