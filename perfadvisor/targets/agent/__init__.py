"""Guests reached through the agent of QEMU."""
