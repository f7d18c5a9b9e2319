"""The table of models that opens the page, for the bucket and batch size that are chosen, and the picks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.report.page.cases import plain
from asr_harness.report.page.markup import Html, element, section, table
from asr_harness.report.pooled import measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from asr_harness.report.picks import Pick

MOST_LABELS = 3
CHOSEN = ("bucket", "batch_size")
"""What the page's controls choose the rows by, in front of the columns that are shown."""
COLUMNS = (
    ("model", "model", "text", None),
    ("device", "device", "text", None),
    ("variant", "variant", "text", None),
    ("wer", "WER", "percent", ("wer_low", "wer_high")),
    ("rtf", "RTF", "number", ("rtf_low", "rtf_high")),
    ("request_p50_s", "latency p50", "seconds", None),
    ("request_p95_s", "latency p95", "seconds", None),
    ("memory_bytes", "memory", "bytes", ("memory_low_bytes", "memory_high_bytes")),
    (
        "energy_per_utterance_j",
        "energy / utt.",
        "joules",
        ("energy_utterance_low_j", "energy_utterance_high_j"),
    ),
)


def models_section(picks: Sequence[Pick], labels: Sequence[str], marks: Mapping[str, str]) -> Html:
    """The frame of the table, which the page's script fills, and what to take for each use.

    `labels` are the commits whose values are shown, `marks` those of cases that are not of the newest.
    """
    rows = [(one.use, one.what, one.device, _case(one, marks), one.reason) for one in picks]
    return section(
        "models",
        "Models",
        element(
            "p",
            "Of the bucket and batch size ",
            element("b", id="models-of"),
            element("span", ", chosen above", class_="on-screen"),
            f"; as measured at {', '.join(labels[:MOST_LABELS])}{' …' if len(labels) > MOST_LABELS else ''}; "
            "in brackets the interval, as under the figures.",
            element("span", " The heads sort.", class_="on-screen"),
        ),
        element("div", element("table", id="model-table"), class_="wide", tabindex="0"),
        element("h3", "Which to take") if rows else "",
        table(("use", "for", "device", "take", "because"), rows, stacks=True) if rows else "",
    )


def _case(pick: Pick, marks: Mapping[str, str]) -> Html | str:
    if pick.case is None:
        return "–"
    return Html(element("code", pick.case) + element("span", marks.get(pick.case, "")))


def model_data(cases: pd.DataFrame, marks: Mapping[str, str]) -> dict[str, Any]:
    """Give columns and rows; each row begins with its bucket and batch size."""
    done = measured(cases)
    done = done.assign(
        variant=done["variant"] + done["case"].map(lambda case: marks.get(case, "")),
        energy_utterance_low_j=done["energy_low_j"] * done["audio_s"],
        energy_utterance_high_j=done["energy_high_j"] * done["audio_s"],
    )
    wanted = [*CHOSEN]
    for name, _, _, ends in COLUMNS:
        wanted += [name, *(ends or ())]
    present = done.reindex(columns=wanted)
    rows = [[plain(value) for value in row] for row in present.itertuples(index=False, name=None)]
    columns = [{"title": title, "kind": kind, "ends": ends is not None} for _, title, kind, ends in COLUMNS]
    return {"columns": columns, "rows": rows}
