"""Every benchmark in turn: `python -m benchmarks [NAME...]`."""

import sys
from importlib import import_module

ALL = ("startup", "capture", "analysis", "evidence", "report", "history", "overhead", "memory")


def main() -> None:
    for name in sys.argv[1:] or ALL:
        module = import_module(f"benchmarks.{name}")
        print(f"\n== {name}: {module.__doc__.strip().splitlines()[0]}", flush=True)
        sys.argv = [name]
        module.main()


main()
