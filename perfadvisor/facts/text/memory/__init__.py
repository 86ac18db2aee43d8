"""What commands print about memory and its nodes."""
