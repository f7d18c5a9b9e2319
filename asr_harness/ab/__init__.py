"""Two commits on one noisy machine: a live worker each, rounds in turn, forks until it is clear."""
