"""Facts of disks and mounts, and the way of a file's bytes down to its devices."""
