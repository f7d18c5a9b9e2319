"""Systems that run through Hugging Face transformers: one file a family, which defines `FAMILY`."""

import logging

NOISE = {
    "torchao": ("Failed to load",),
    "torch.utils._pytree": ("register_constant()",),
}
"""What is logged as transformers imports torchao, as it does wherever that is installed."""


def _is_news(record: logging.LogRecord) -> bool:
    return not any(part in record.getMessage() for part in NOISE[record.name])


for name in NOISE:
    logging.getLogger(name).addFilter(_is_news)
