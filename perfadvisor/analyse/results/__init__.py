"""Results of trials: what they are worth, summed up, and turned into facts."""
