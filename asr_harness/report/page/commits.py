"""Marks on what is shown as another commit than the newest had it, which did not run that case."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def marks_of_other_commits(cases: pd.DataFrame, newest: str) -> dict[str, str]:
    """Give a mark for each case whose values are of another commit than `newest`."""
    labels = zip(cases["case"], cases["label"], strict=True)
    return {case: f" (of {label})" for case, label in labels if label != newest}
