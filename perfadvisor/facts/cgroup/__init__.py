"""Facts of control groups: where a process is in them, and what they limit."""
