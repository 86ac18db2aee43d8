"""The guard of raw block devices: what lies on one, what uses it, and when it may be written to."""
