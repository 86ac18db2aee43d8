"""What can be measured and read on this machine, what cannot, and the exact command that unlocks each."""
