"""Facts of virtual machines, seen from their host and from inside."""
