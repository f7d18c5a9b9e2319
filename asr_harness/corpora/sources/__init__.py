"""Where corpora lie and how they are written: folders, archives, tables, STM, recordings."""
