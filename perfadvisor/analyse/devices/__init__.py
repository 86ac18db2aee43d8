"""PCI functions as something to pass through: what they are, what holds them here, and how a guest would get them."""
