"""Facts of interrupts: which CPUs they may go to, and which they went to."""
