"""The ground of all facts: reading one value of a tree, lists of CPUs, sizes, and the few formats."""
