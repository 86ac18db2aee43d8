"""Rough handling until the time is up: signals at any moment, broken inputs to every reader, disks that are full."""
