"""Settings of a machine as values: what can change, what the machine would then be, and the undo."""
