"""Forms in which a judgement is printed: one file each, in the tree or by entry point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from asr_harness.judge import Judgement

__all__ = ["REGISTRY", "Form", "for_people", "names", "render"]


@dataclass(frozen=True, slots=True)
class Form:
    """A form: `render` gives the text of a judgement, in so many columns where that matters.

    `is_for_people` says that a terminal shows it, where its verdicts may have colours.
    """

    render: Callable[[Judgement, int], str]
    is_for_people: bool = False


REGISTRY = Registry("asr_harness.report.forms", "FORM", Form, group="asr_harness.forms")


def render(name: str, judgement: Judgement, width: int) -> str:
    """Print a judgement in a form. Raises RegistryError, with those there are, for an unknown name."""
    return REGISTRY.get(name).render(judgement, width)


def for_people() -> tuple[str, ...]:
    """List the forms that a terminal shows to people."""
    return tuple(name for name in names() if REGISTRY.get(name).is_for_people)


def names() -> tuple[str, ...]:
    """List the forms by name."""
    return tuple(sorted(REGISTRY.names()))
