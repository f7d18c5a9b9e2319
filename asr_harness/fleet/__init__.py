"""Many machines, one session: `asr-harness fleet` hands cases to the hosts of a Ray cluster."""
