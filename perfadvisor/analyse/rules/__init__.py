"""Rules against facts: conditions, answers, and the advice that comes of them."""
