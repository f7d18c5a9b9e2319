"""Counters, one file each."""
