"""Facts of the processors: what they are, how fast they may run, how deep they sleep."""
