"""What may be changed on a machine, written down before the change and restored after it."""
