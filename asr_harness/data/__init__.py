"""Corpora, one file each, and the slices that are cut from them."""
