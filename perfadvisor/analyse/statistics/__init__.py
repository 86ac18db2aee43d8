"""Numbers to numbers: estimates, effects, ranks, change points."""
