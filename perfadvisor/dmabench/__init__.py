"""dmabench: the one native program, in C. `targets/here/dmabench_build.py` builds it on first use."""
