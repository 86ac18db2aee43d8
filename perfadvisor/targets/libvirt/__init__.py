"""Guests that libvirt runs already."""
