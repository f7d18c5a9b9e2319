"""What libraries log when they are imported, and nobody asked for."""

import logging

import pytest

from asr_harness.systems import hf


@pytest.mark.parametrize(
    ("logger", "message", "is_shown"),
    [
        ("torchao", "Failed to load /lib/torchao/_C_mxfp8.so", False),
        ("torchao", "this config is deprecated", True),
        ("torch.utils._pytree", "<enum 'Kind'> Calling register_constant() on Enum subclasses", False),
        ("torch.utils._pytree", "a node is registered twice", True),
    ],
)
def test_of_what_torchao_logs_when_it_is_imported_nothing_is_shown(
    caplog: pytest.LogCaptureFixture, logger: str, message: str, is_shown: bool
) -> None:
    assert logger in hf.NOISE
    logging.getLogger(logger).addHandler(caplog.handler)
    logging.getLogger(logger).warning(message)
    logging.getLogger(logger).removeHandler(caplog.handler)
    assert bool(caplog.records) == is_shown
