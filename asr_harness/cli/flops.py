"""Count a model's FLOPs four ways: on the meta device, in closed form, by thop and by fvcore.

Nothing is downloaded, and only fvcore computes anything: it traces one real forward pass of the encoder.
"""

from __future__ import annotations

from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from asr_harness import devices, systems
from asr_harness.errors import UnavailableError
from asr_harness.report.terminal import table

if TYPE_CHECKING:
    import argparse

    from asr_harness.systems.checkpoints import Checkpoint

GIGA = 1e9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take a model by hub id or folder."""
    parser.add_argument("model", help="hub id of a known architecture, or a folder with a config.json")


def run(arguments: argparse.Namespace) -> int:
    """Print the counts side by side, and what each leaves out."""
    checkpoint = systems.find_checkpoint(arguments.model, "dummy")
    width = get_terminal_size().columns
    lines = [*_passes(checkpoint, width), "", *_counters(checkpoint, width)]
    print("\n".join(lines))  # noqa: T201
    return 0


def _passes(checkpoint: Checkpoint, width: int) -> list[str]:
    family = systems.find_family(checkpoint)
    config = family.build(checkpoint, device="meta", dtype="float32", attention="eager").config
    counter, rows = family.work.flops(config), []
    for name, network_pass in family.work.examples(config).items():
        counted = counter.of(network_pass)
        closed = family.work.closed_form(config, network_pass)
        if closed is None:
            rows.append((name, _giga(counted), "–", "no formula"))
        else:
            rows.append((name, _giga(counted), _giga(closed), _off(closed, counted)))
    return table((f"GFLOP of {checkpoint.name}", "counted", "closed form", "apart"), rows, width)


def _counters(checkpoint: Checkpoint, width: int) -> list[str]:
    from asr_harness.systems.hf import other_counters

    meta, real = (_encoder(checkpoint, device) for device in ("meta", devices.HOST.name))
    by_operator = other_counters.operators(*meta)
    ours = sum(by_operator.values())
    rows, remarks = [("asr-harness", _giga(ours), _off(ours, ours))], []
    remarks.append(f"asr-harness: {', '.join(f'{k} {_giga(v)}' for k, v in by_operator.items())}")
    for name, count, example in (
        ("thop", other_counters.thop, meta),
        ("fvcore", other_counters.fvcore, real),
    ):
        try:
            other = count(*example)
        except UnavailableError as error:
            remarks.append(f"{name}: {error}")
            continue
        rows.append((f"{name}, 2 × multiply-adds", _giga(other.flops), _off(other.flops, ours)))
        remarks.append(f"{name}: {other.remark}")
    said = [line for remark in remarks for line in wrap(remark, width, subsequent_indent="  ")]
    return [*table(("encoder by", "GFLOP", "apart"), rows, width), *said]


def _encoder(checkpoint: Checkpoint, device: str) -> tuple[Any, Any]:
    family = systems.find_family(checkpoint)
    model = family.build(checkpoint, device=device, dtype="float32", attention="eager").eval()
    return family.work.parts(model)["encode"], family.work.example_input(model)


def _giga(value: float) -> str:
    return f"{value / GIGA:.6f}"


def _off(value: float, reference: float) -> str:
    return f"{100 * (value / reference - 1):+.3f} %"
