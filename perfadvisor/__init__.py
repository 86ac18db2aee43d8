"""perfadvisor measures the I/O of a Linux machine, reads its configuration and advises from both together."""

__version__ = "0.1.0"
