"""One workload with several values of one parameter: curves, where they bend, and which value meets a target."""
