"""Mutated inputs for everything that reads a file, a setting or another program's answer."""
