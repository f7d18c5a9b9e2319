"""Slices: cut, selected, stored in the cache and loaded from it."""
