"""Two ways to start one machine, compared boot by boot."""
