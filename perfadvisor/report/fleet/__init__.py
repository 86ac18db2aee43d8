"""A fleet for readers: the terminal, JSON, OpenMetrics and the page."""
