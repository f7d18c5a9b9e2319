"""Two commits on one noisy machine: a live worker each, rounds in turn, restarts until it is clear."""
