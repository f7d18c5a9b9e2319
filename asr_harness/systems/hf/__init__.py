"""Systems that run through Hugging Face transformers: one file a family, which defines `FAMILY`."""
