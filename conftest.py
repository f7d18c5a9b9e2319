"""Hooks that pytest-benchmark's own command line loads from here, and pytest's plugin for testing plugins."""

pytest_plugins = ["pytester"]
