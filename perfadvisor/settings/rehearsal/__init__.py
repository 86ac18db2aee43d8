"""Fixes planned and undone on small machines that are made of the rules' own cases."""
