"""What a run measures beyond its plan: disturbed trials again, more repeats, and points that a search asks for."""
