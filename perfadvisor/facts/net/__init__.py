"""Facts of network interfaces and of the network stack's settings."""
