"""The history of many runs in SQLite or PostgreSQL. The runs' folders stay the truth; this only remembers them."""
