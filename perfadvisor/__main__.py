"""Run with `python -m perfadvisor`."""

from perfadvisor.start import main

main()
