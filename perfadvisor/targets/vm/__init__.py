"""Guests that are booted for the run."""
