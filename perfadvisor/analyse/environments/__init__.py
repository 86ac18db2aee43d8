"""Environments beside their parents: ratios, and what explains them."""
