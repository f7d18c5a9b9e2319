"""Training of the package's own checkpoints, from synthetic speech and from nothing else."""
