"""The history of many runs in SQLite or PostgreSQL. The runs' directories stay the truth; this only remembers them."""
