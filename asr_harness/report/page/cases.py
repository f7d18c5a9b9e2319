"""The table of all cases, as data for the page's script to sort and filter."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from asr_harness.report.page.markup import Html, element, section

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    ("model", "model", "text"),
    ("device", "device", "text"),
    ("bucket", "bucket", "text"),
    ("batch_size", "batch", "number"),
    ("variant", "variant", "text"),
    ("outcome", "outcome", "text"),
    ("latency_s", "latency / utt.", "seconds"),
    ("latency_low_s", "low", "seconds"),
    ("latency_high_s", "high", "seconds"),
    ("rtf", "RTF", "number"),
    ("wer", "WER", "percent"),
    ("memory_bytes", "memory", "bytes"),
    ("energy_per_utterance_j", "energy / utt.", "joules"),
    ("request_p95_s", "request p95", "seconds"),
    ("preprocess_share", "pre", "percent"),
    ("encode_share", "enc", "percent"),
    ("decode_share", "dec", "percent"),
    ("wer_raw", "WER raw", "percent"),
    ("cer", "CER", "percent"),
    ("padding_fraction", "padding", "percent"),
    ("n_runs", "runs", "number"),
    ("reason", "why not", "text"),
)
SIGNIFICANT = 4


def cases_section() -> Html:
    """The frame that the script fills."""
    return section(
        "cases",
        "Cases",
        element(
            "p",
            element(
                "label", "filter ", Html('<input id="filter" type="search" placeholder="whisper cpu 15s">')
            ),
            " ",
            element("span", id="shown"),
        ),
        element("div", element("table", id="case-table"), class_="wide", tabindex="0"),
    )


def case_data(cases: pd.DataFrame) -> dict[str, Any]:
    """Give columns and rows, in short."""
    names = [name for name, _, _ in COLUMNS]
    present = cases.reindex(columns=names)
    rows = [[plain(value) for value in row] for row in present.itertuples(index=False, name=None)]
    return {"columns": [{"title": title, "kind": kind} for _, title, kind in COLUMNS], "rows": rows}


def plain(value: Any) -> Any:
    """Give a value as JSON holds it, in short; None for what is missing."""
    if value is None or isinstance(value, str):
        return value
    return float(f"{value:.{SIGNIFICANT}g}") if isfinite(value) else None
