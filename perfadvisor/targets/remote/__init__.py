"""Machines behind a bare shell: one command line at a time, one round trip for a tree."""
