"""The pytest plugin: options, grid, fixtures and what a person sees while it runs."""
