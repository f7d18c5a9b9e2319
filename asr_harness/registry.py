"""Plug-ins of one kind: the modules of a package, and what other distributions offer by entry point.

A module of the package that defines the registry's constant (`METRIC`, `DEVICE`, `FIGURE` …) is a plug-in
under the module's name. An entry point of the registry's group is one under its own name; it loads such an
object, or a module that defines the constant. Nothing is imported before it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Generic, TypeVar

from asr_harness.errors import RegistryError, near

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

Plugin = TypeVar("Plugin")


class Registry(Generic[Plugin]):
    """The plug-ins of one kind, by name; `group` is of entry points, `constant` what a module defines."""

    def __init__(self, package: str, constant: str, kind: type[Plugin], *, group: str) -> None:
        self.group = group
        self._package, self._constant, self._kind = package, constant, kind
        self._loaded: dict[str, Plugin] = {}

    def names(self) -> tuple[str, ...]:
        """List the names of the entry points and of the modules, which may yet lack the constant."""
        return tuple(dict.fromkeys((*self._modules(), *self._entry_points())))

    def get(self, name: str) -> Plugin:
        """Import one plug-in. Raises RegistryError where there is none of that name, or where it is no such
        thing.
        """
        if name not in self._loaded:
            plugin = self._find(name)
            if plugin is None:
                known = ", ".join(sorted(self.all()))
                kind = self._constant.lower()
                raise RegistryError(
                    f"no {kind} is called {name!r}{near(name, self.all())}; there are {known}"
                )
            self._loaded[name] = plugin
        return self._loaded[name]

    def all(self) -> dict[str, Plugin]:
        """Import every plug-in, those of the package first."""
        return {name: self.get(name) for name in self.names() if self._find(name) is not None}

    def _find(self, name: str) -> Plugin | None:
        if name in self._loaded:
            return self._loaded[name]
        if name in self._modules():
            plugin = getattr(import_module(f"{self._package}.{name}"), self._constant, None)
        elif name in (points := self._entry_points()):
            plugin = self._load(points[name])
        else:
            return None
        if plugin is not None and not isinstance(plugin, self._kind):
            raise RegistryError(
                f"{self.group} {name!r} is a {type(plugin).__name__}; it has to be a {self._kind.__name__}"
            )
        if plugin is not None:
            self._loaded[name] = plugin
        return plugin

    def _load(self, point: EntryPoint) -> object:
        try:
            loaded: object = point.load()
        except (ImportError, AttributeError) as error:
            raise RegistryError(
                f"{self.group} {point.name!r} ({point.value}) cannot be imported: {error}"
            ) from error
        return getattr(loaded, self._constant, None) if isinstance(loaded, ModuleType) else loaded

    def _modules(self) -> Iterator[str]:
        return (info.name for info in iter_modules(import_module(self._package).__path__))

    def _entry_points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self.group)}
