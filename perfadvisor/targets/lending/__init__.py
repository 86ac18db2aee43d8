"""Devices handed to guests and containers, and why one may not be."""
