"""This machine: its programs and processes, reading it live, and its network."""
