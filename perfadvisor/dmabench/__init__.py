"""dmabench: the one native program, in C, and how it is built on first use. `build.program()` gives its path."""
