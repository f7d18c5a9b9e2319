"""The grid of cases: plain data in, a narrowed plan out. Nothing here runs, and nothing heavy is imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from asr_harness import fields, languages
from asr_harness.defaults import BATCH_SIZES, BUCKETS_S, DEVICES, EMBEDDED_MODELS, VARIANTS
from asr_harness.devices import get, key_of
from asr_harness.errors import GridError, near
from asr_harness.fields import Takes, checked
from asr_harness.paths import folder_at
from asr_harness.schema import Case
from asr_harness.systems.runtime import split
from asr_harness.systems.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Limits = tuple[float, float]
Meant = TypeVar("Meant")
ALSO_CALLED = {"gpu": "cuda", "nvidia": "cuda", "metal": "mps"}
"""What devices are called elsewhere."""


def _texts(example: str) -> Takes:
    return Takes(fields.are_texts, f"a tuple with at least one text, as in ({example},)")


PROFILE_TAKES = {
    "models": _texts('"my_asr"'),
    "devices": _texts('"cpu"'),
    "buckets": _texts('"5s"'),
    "batch_sizes": Takes(fields.are_counts, "a tuple with at least one whole number above 0, as in (1, 4)"),
    "variants": _texts('"baseline"'),
    "data": Takes(fields.is_text, "a corpus, as in 'embedded' or 'manifest:talks.csv'"),
    "weights": Takes(fields.is_text, "'pretrained' or 'dummy'"),
    "n_utterances": Takes(fields.is_count, "a whole number above 0, as in 32"),
    "time_s": Takes(fields.is_duration, "seconds above 0, as in 10.0"),
}


@checked(PROFILE_TAKES)
@dataclass(frozen=True, slots=True)
class Profile:
    """A named choice on every axis, with the data and the effort to spend on each case.

    Only the models have to be named; `n_utterances` are of each bucket, `time_s` is for the rounds of a case.
    Raises GridError for a keyword that there is not, a value of the wrong type, and an axis without a value,
    which would measure nothing.
    """

    models: tuple[str, ...]
    devices: tuple[str, ...] = ("cpu",)
    buckets: tuple[str, ...] = ("5s", "15s")
    batch_sizes: tuple[int, ...] = (1,)
    variants: tuple[str, ...] = ("baseline",)
    data: str = "embedded"
    weights: str = "pretrained"
    n_utterances: int = 8
    time_s: float = 3.5


GRID_TAKES = {
    "models": Takes(fields.by_name(fields.is_text), 'a source by name, as in {"my_asr": "my_asr:load"}'),
    "devices": _texts('"cpu"'),
    "buckets_s": Takes(
        fields.by_name(fields.are_limits), 'two lengths in seconds by name, as in {"5s": (3.0, 7.0)}'
    ),
    "batch_sizes": PROFILE_TAKES["batch_sizes"],
    "variants": Takes(
        fields.by_name(lambda value: isinstance(value, Mapping)),
        'settings by name, as in {"baseline": {}, "beam5": {"beams": 5}}',
    ),
    "profiles": Takes(
        fields.by_name(lambda value: isinstance(value, Profile)),
        'a Profile by name, as in {"quick": Profile(models=("my_asr",))}',
    ),
    "default_profile": Takes(lambda value: isinstance(value, str), "the name of one of its profiles"),
}


@checked(GRID_TAKES)
@dataclass(frozen=True, slots=True)
class Grid:
    """Everything that can be chosen by name: models by source, buckets by limits, variants by settings.

    Without profiles there is one, `default`, of all models. `default_profile` is the first where it is not
    named. Raises GridError where it names none of them, for a keyword that there is not, for a value of the
    wrong type, and for a profile with a device, bucket or variant that the grid does not have.
    """

    models: Mapping[str, str] = field(default_factory=lambda: dict(EMBEDDED_MODELS))
    devices: tuple[str, ...] = DEVICES
    buckets_s: Mapping[str, Limits] = field(default_factory=lambda: dict(BUCKETS_S))
    batch_sizes: tuple[int, ...] = BATCH_SIZES
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: dict(VARIANTS))
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    default_profile: str = ""

    def __post_init__(self) -> None:
        if not self.profiles:
            object.__setattr__(self, "profiles", {"default": _profile_of(self)})
        if not self.default_profile:
            object.__setattr__(self, "default_profile", next(iter(self.profiles)))
        check_known(self.default_profile, self.profiles, "profile")
        for name, profile in self.profiles.items():
            try:
                _check_names(profile, self)
            except GridError as error:
                raise GridError(f"profile {name!r}: {error}") from error


@dataclass(frozen=True, slots=True)
class Plan:
    """What one session is to do: its cases, and what the names in them stand for.

    `language` and `normaliser` are None where the corpus' own count.
    """

    profile: str
    cases: tuple[Case, ...]
    sources: Mapping[str, str]
    buckets_s: Mapping[str, Limits]
    variants: Mapping[str, Variant]
    data: str
    weights: str
    n_utterances: int
    time_s: float
    energy: str
    allow_pickle: bool = False
    language: str | None = None
    normaliser: str | None = None


def make_plan(
    grid: Grid,
    *,
    profile: str | None = None,
    models: Sequence[str] | None = None,
    devices: Sequence[str] | None = None,
    buckets: Sequence[str] | None = None,
    batch_sizes: Sequence[str] | None = None,
    variants: Sequence[str] | None = None,
    data: str | None = None,
    weights: str | None = None,
    n_utterances: int | None = None,
    time_s: float | None = None,
    energy: str | None = None,
    parse_bucket: Callable[[str], tuple[str, Limits]],
    custom_models: Iterable[str] = (),
    allow_pickle: bool = False,
    language: str | None = None,
    normaliser: str | None = None,
) -> Plan:
    """Narrow or widen a profile by what was asked for; None leaves an axis as the profile has it.

    Raises GridError for a value that is not known, listing those that are.
    """
    name = profile or grid.default_profile
    base = grid.profiles[check_known(name, grid.profiles, "profile")]
    sources = _injective(
        [_source(model, grid, tuple(custom_models)) for model in models or base.models],
        "models",
        "rename a folder, or name them in the grid",
    )
    limits = _injective(
        [_limits(bucket, grid, parse_bucket) for bucket in buckets or base.buckets],
        "buckets",
        "give each its own name",
    )
    chosen_variants = {variant: _variant(variant, grid) for variant in variants or base.variants}
    chosen_devices = [_device(device, grid) for device in devices or base.devices]
    sizes = [_batch_size(size) for size in batch_sizes or base.batch_sizes]
    combinations = product(sources, chosen_devices, chosen_variants, limits, sizes)
    cases = tuple(
        Case(model, device, bucket, size, variant) for model, device, variant, bucket, size in combinations
    )
    return Plan(
        name,
        tuple(dict.fromkeys(cases)),
        sources,
        limits,
        chosen_variants,
        data or base.data,
        weights or base.weights,
        n_utterances or base.n_utterances,
        time_s or base.time_s,
        _energy(energy or "auto"),
        allow_pickle,
        _language(language, normaliser) if language else None,
        normaliser,
    )


def check_known(
    value: str, known: Iterable[str], axis: str, *, ways: Sequence[str] = (), meant: str | None = None
) -> str:
    """Return the value if it is known; else raise GridError listing what is, and other ways to write one.

    `meant` is what the closest name is looked for by, where that is not the value.
    """
    names = list(known)
    if value not in names:
        listed = ", ".join([*names, *ways])
        raise GridError(f"unknown {axis} {value!r}{near(meant or value, names)}; known are: {listed}")
    return value


def _profile_of(grid: Grid) -> Profile:
    """Make a profile of all models, with what a profile has by itself as far as the grid has it."""
    usual = Profile(tuple(grid.models))
    return replace(
        usual,
        devices=tuple(name for name in usual.devices if name in grid.devices) or grid.devices[:1],
        buckets=tuple(name for name in usual.buckets if name in grid.buckets_s) or tuple(grid.buckets_s),
        variants=tuple(name for name in usual.variants if name in grid.variants) or tuple(grid.variants)[:1],
    )


def _check_names(profile: Profile, grid: Grid) -> None:
    """Raise GridError for a device, bucket or variant that the grid does not have."""
    for device in profile.devices:
        if device not in grid.devices:
            _check_kind(key_of(device), grid)
    for bucket in profile.buckets:
        if "=" not in bucket:
            _check_bucket(bucket, grid)
    for variant in profile.variants:
        _variant(variant, grid)


def _injective(named: Iterable[tuple[str, Meant]], axis: str, remedy: str) -> dict[str, Meant]:
    """Map names to what they stand for; raises GridError where one name stands for two things."""
    meanings: dict[str, Meant] = {}
    for name, meant in named:
        if meanings.setdefault(name, meant) != meant:
            raise GridError(
                f"two {axis} are called {name!r}: {meanings[name]} and {meant}; one would be taken for the "
                f"other: {remedy}"
            )
    return meanings


def _source(value: str, grid: Grid, custom_models: Sequence[str]) -> tuple[str, str]:
    if value in grid.models:
        return value, grid.models[value]
    if value in grid.models.values():
        return next(item for item in grid.models.items() if item[1] == value)
    folder = folder_at(value)
    if value not in custom_models and folder is not None:
        return _folder_name(folder, grid), value
    if by := split(value):
        runtime, checkpoint = by
        name, source = _source(checkpoint, grid, ())
        return f"{runtime.name}.{name}", f"{runtime.name}:{source}"
    return _name_of_another(value, grid, custom_models), value


def _name_of_another(value: str, grid: Grid, custom_models: Sequence[str]) -> str:
    """Name what is neither of the grid nor a folder: a service, one's own, or a checkpoint of the hub."""
    if "://" in value:
        return re.sub(r"[^\w.-]+", "-", value.partition("://")[2])
    if value in custom_models or ":" in value:
        return value.replace(":", ".")
    if "/" not in value:
        others = ["ORG/NAME on the hub", "a checkpoint folder", "RUNTIME:any of these", "module:function"]
        check_known(value, [*grid.models, *custom_models], "model", ways=others)
    name = Path(value).name
    return name if name not in grid.models else value.strip("/").replace("/", "--")


def _folder_name(folder: Path, grid: Grid) -> str:
    """Name a checkpoint by its folder, wherever one stands; a name of the grid's gets the path before it."""
    whole = folder.resolve()
    name = whole.name if whole.name not in grid.models else "--".join(whole.parts[1:])
    return re.sub(r"[:,\s\[\]/]", "_", name)


def _language(tag: str, normaliser: str | None) -> str:
    """Give the code of a language; one that nobody knows needs a normaliser by name."""
    code = languages.parse(tag)
    if normaliser is None:
        languages.check(code)
    return code


def _device(value: str, grid: Grid) -> str:
    """Take a device of the grid, or one of its kind by index, as in `NAME:1`."""
    if value in grid.devices or ":" not in value:
        return _check_kind(value, grid)
    _check_kind(key_of(value), grid)
    return get(value).name


def _check_kind(value: str, grid: Grid) -> str:
    return check_known(value, grid.devices, "device", meant=ALSO_CALLED.get(value.casefold()))


def _limits(value: str, grid: Grid, parse_bucket: Callable[[str], tuple[str, Limits]]) -> tuple[str, Limits]:
    if "=" in value:
        return parse_bucket(value)
    return _check_bucket(value, grid), grid.buckets_s[value]


def _check_bucket(value: str, grid: Grid) -> str:
    return check_known(value, grid.buckets_s, "bucket", ways=["NAME=LOW-HIGH in seconds"])


def _variant(value: str, grid: Grid) -> Variant:
    settings: dict[str, object] = {}
    for part in value.split("+"):
        settings |= grid.variants[check_known(part, grid.variants, "variant")]
    try:
        return Variant.from_settings(settings)
    except GridError as error:
        raise GridError(f"variant {value!r}: {error}") from error


def _energy(value: str) -> str:
    kind, _, watts = value.partition(":")
    if value in ("auto", "capped", "off") or (kind == "estimate" and watts.replace(".", "", 1).isdecimal()):
        return value
    raise GridError(f"unknown energy {value!r}; known are: auto, capped, off, estimate:WATTS")


def _batch_size(value: str | int) -> int:
    if str(value).isdecimal() and int(value) > 0:
        return int(value)
    raise GridError(f"batch size {value!r} is not a whole number above 0")
