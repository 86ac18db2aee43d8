"""Machines saved in files: snapshots and other people's archives. No machine is reached here."""
