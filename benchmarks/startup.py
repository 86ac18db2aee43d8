"""How long the command line takes to say something.

The promise is `perfadvisor --help` within 100 ms. Each figure is the median of fresh processes; the bare interpreter,
measured in turn with them, shows how much of it is Python's own.
"""

import subprocess
import sys
import time
from statistics import median

ROUNDS = 15
COMMANDS = {
    "bare interpreter": ["-c", ""],
    "perfadvisor --help": ["-m", "perfadvisor", "--help"],
    "perfadvisor gate --help": ["-m", "perfadvisor", "gate", "--help"],
    "perfadvisor run --help": ["-m", "perfadvisor", "run", "--help"],
}


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
            times[name].append(time.perf_counter() - started)
    for name, values in times.items():
        print(
            f"{name:<26} median {median(values) * 1e3:6.0f} ms, fastest {min(values) * 1e3:.0f} ms  (promise: 100 ms)"
        )


if __name__ == "__main__":
    main()
