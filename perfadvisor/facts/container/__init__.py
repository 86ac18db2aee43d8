"""Facts of containers, as their engines and their host tell them."""
