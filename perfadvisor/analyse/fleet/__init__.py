"""Many machines compared: who differs, by which setting, and what a change gave. Numbers and names, no files."""
