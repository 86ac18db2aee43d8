"""What commands print about disks and arrays."""
