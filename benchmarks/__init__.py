"""What users wait for and what results rest on, measured. `make bench` prints it all; no figure here is a test."""
