"""The grid as plain data, and the benchmarks that run over it."""
