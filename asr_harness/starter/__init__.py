"""A first suite in somebody's own repository, and a demonstration of what it catches."""
