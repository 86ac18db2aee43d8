"""Facts of memory: sizes, huge pages and NUMA nodes."""
