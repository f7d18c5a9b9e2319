"""Runs a converter in a process of its own: `python -m asr_harness.systems.convert TASK`, a JSON object."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from asr_harness.systems import find_family
from asr_harness.systems.checkpoints import find_pretrained
from asr_harness.systems.conversions import FACTS, hash_folder
from asr_harness.systems.hf import whole


def main(text: str) -> None:
    """Convert, and note the fingerprints of the checkpoint's weights and of the files that were made."""
    task = json.loads(text)
    target = Path(task["target"])
    module, _, function = task["converter"].partition(":")
    getattr(import_module(module), function)(Path(task["path"]), target, **task["settings"])
    files = hash_folder(target)
    checkpoint = find_pretrained(task["path"])
    model = find_family(checkpoint).build(checkpoint, device="cpu", dtype="float32", attention="sdpa")
    facts = {"name": task["name"], "weights": whole.fingerprint(model), "files": files, **task["settings"]}
    (target / FACTS).write_text(json.dumps(facts, indent=1), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
