"""Energy counters, one file each; a device says which are its own, and in what order they are tried."""
