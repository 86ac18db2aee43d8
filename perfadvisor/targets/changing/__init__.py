"""What may be changed on a machine, written down before the change and put back after it."""
