"""One file per corpus: `open_at(location: str | None) -> Corpus`; the file's name is the corpus's."""
