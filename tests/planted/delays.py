"""What was planted into the way of a disk and of a flow in the emulated server (tests/lab/delay_steps.py)."""

DELAY_MS = 200  # of each read, and of each acknowledgement
WINDOW_BYTES = 262144  # the largest send buffer
