"""Fixes of findings tried on this machine, kept where they help, and taken back."""
