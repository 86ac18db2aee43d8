"""The report in a terminal: one screen, and the rest when asked for."""
