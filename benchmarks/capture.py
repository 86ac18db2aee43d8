"""How long reading this machine takes.

The promise is 1 s for the capture. Imports are counted apart, because a run pays them once.
"""

import subprocess
import sys
from statistics import median

ROUNDS = 7
CODE = """
import time
began = time.perf_counter()
from perfadvisor.facts import catalogue
from perfadvisor.targets.here import netlink
from perfadvisor.targets.here.local import LocalTarget
imported = time.perf_counter()
tree = LocalTarget().tree(catalogue.PATTERNS)
captured = time.perf_counter()
facts = sum(1 for _ in catalogue.facts(tree))
print(imported - began, captured - imported, time.perf_counter() - captured, len(tree), facts)
"""


def main() -> None:
    rows = [_once() for _ in range(ROUNDS)]
    for place, name in enumerate(("imports", "capture", "facts")):
        values = [row[place] for row in rows]
        promise = "  (promise: 1 s)" if name == "capture" else ""
        print(f"{name:<8} median {median(values):.3f} s, fastest {min(values):.3f} s{promise}")
    print(f"{rows[0][3]:.0f} sources, {rows[0][4]:.0f} facts")


def _once() -> list[float]:
    done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()]


if __name__ == "__main__":
    main()
