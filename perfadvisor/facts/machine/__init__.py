"""Facts of the machine as a whole: kernel, settings, and what it runs in."""
