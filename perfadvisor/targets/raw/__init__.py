"""The guard of raw block devices: what lies on one, who uses it, and who may write to it."""
