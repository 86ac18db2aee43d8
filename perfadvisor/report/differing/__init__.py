"""Several machines or runs side by side: settings, results, findings."""
