"""One file of each measurement: copies, and what was interrupted, merged or resumed, count once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable


class Saved(Protocol):
    """What a saved run, or its head alone, tells of itself to be told from copies and parts of others."""

    @property
    def commit(self) -> str | None:
        """The commit that was measured."""

    @property
    def identity(self) -> Hashable:
        """What is alike only in files of one measurement."""

    @property
    def sessions(self) -> frozenset[str]:
        """The sessions whose cases it has; none in files that do not name them."""

    @property
    def is_merged(self) -> bool:
        """Whether it was put together from the files of several sessions."""

    @property
    def is_unnamed_rest(self) -> bool:
        """Whether an interrupted session left it that it does not name."""

    @property
    def n_measured(self) -> int:
        """How many of its cases were measured."""

    @property
    def saved_s(self) -> float:
        """When it was saved, in seconds since 1970."""

    def first_shared_rounds_are_equal(self, other: Self) -> bool:
        """Whether the first case that both measured has the very same rounds in them."""


AnySaved = TypeVar("AnySaved", bound=Saved)


def latest_of_each(runs: Iterable[AnySaved]) -> tuple[AnySaved, ...]:
    """Keep one file of each measurement, that with most cases measured, else the latest: what resumes an
    interrupted session holds the rounds that the interrupted one saved, and a merged file those of its parts.
    """
    kept: dict[Hashable, AnySaved] = {}
    for run in runs:
        rival = kept.get(run.identity)
        if rival is None or _completeness(run) > _completeness(rival):
            kept[run.identity] = run
    of_session: dict[str, list[AnySaved]] = {}
    of_commit: dict[str | None, list[AnySaved]] = {}
    for run in kept.values():
        of_commit.setdefault(run.commit, []).append(run)
        for session in run.sessions if run.is_merged else ():
            of_session.setdefault(session, []).append(run)
    return tuple(
        run
        for run in kept.values()
        if not (run.is_unnamed_rest and _is_resumed(run, of_commit[run.commit]))
        and not _is_part(run, of_session)
    )


def _is_part(run: AnySaved, of_session: dict[str, list[AnySaved]]) -> bool:
    """Whether a merged file has all the sessions of this one, and more."""
    return any(
        run.sessions < merged.sessions for one in list(run.sessions)[:1] for merged in of_session.get(one, ())
    )


def _is_resumed(run: AnySaved, others: Iterable[AnySaved]) -> bool:
    """Whether another file has the very same rounds, and more cases."""
    return any(
        other.n_measured > run.n_measured and run.first_shared_rounds_are_equal(other) for other in others
    )


def _completeness(run: Saved) -> tuple[int, float]:
    return run.n_measured, run.saved_s
