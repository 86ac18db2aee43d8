"""What commands print about CPUs: their places, clocks, and what they were busy with."""
