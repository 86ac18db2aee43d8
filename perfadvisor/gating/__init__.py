"""What the gate and the history work on: policies, figures of any benchmark, runs, and two sides measured in turns."""
