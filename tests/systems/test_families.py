"""A family is one file, found by the registry or by entry point."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from asr_harness import registry, systems
from asr_harness.errors import UnavailableError
from asr_harness.systems import Checkpoint, Family
from asr_harness.systems.hf import building, ctc, whisper
from asr_harness.systems.hf.system import HfSystem

if TYPE_CHECKING:
    from asr_harness.schema.stages import StageName
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


@pytest.mark.parametrize(
    ("model", "settings", "stage"),
    [
        ("asr-harness/ctc-mini", {"compile_encoder": True}, "encode"),
        ("asr-harness/whisper-mini", {"compile_decoder": True, "cache": "static"}, "decode"),
    ],
)
def test_what_is_compiled_is_the_part_of_its_stage(
    model: str, settings: dict[str, Any], stage: StageName, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[object] = []
    monkeypatch.setattr(building, "compile_part", lambda part, _: compiled.append(part))
    variant = systems.Variant(**settings)
    assert variant.compiles
    system = systems.load(model, device="cpu", weights="dummy", variant=variant).system
    assert isinstance(system, HfSystem)
    family = systems.find_family(systems.find_checkpoint(model, "dummy"))
    assert compiled == [family.work.parts(system.model)[stage]]


def test_without_a_compiler_it_is_unavailable_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch._inductor import config, cpp_builder

    cpp_builder.cpp_compiler_search.cache_clear()
    monkeypatch.setattr(config.cpp, "cxx", ("no-such-compiler",))
    variant = systems.Variant(compile_encoder=True)
    with pytest.raises(UnavailableError, match=r"needs a C\+\+ compiler .*no-such-compiler.*apt-get"):
        systems.load("asr-harness/ctc-mini", device="cpu", weights="dummy", variant=variant)
