"""The gate and the history: two sides compared, margins, and which changes are news."""
