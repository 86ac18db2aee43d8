"""What commands print about guests beside their definitions."""
