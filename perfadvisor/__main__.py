"""Run with `python -m perfadvisor`."""

from perfadvisor.cli import main

main()
