"""How long facts and all rules take on the largest machine at hand.

The promise is 1 s after start-up and under 300 MB. The machines are those of shared/data beside the checkout; without
them this machine's own capture is judged, and the figure says so.
"""

import subprocess
import sys
from pathlib import Path
from statistics import median

ROUNDS = 5
MACHINES = Path(__file__).resolve().parents[2] / "shared" / "data" / "machines" / "sysfs"
LARGE = (
    "openshift/worker2.internal-sysinfo.tgz",
    "hwloc/128arm-2pa2n8cluster4co.tar.bz2",
    "cri/2-socket-4-node-40-core.tar.xz",
)
CODE = """
import resource, sys, time
from pathlib import Path
from perfadvisor.judge import judge_snapshot
from perfadvisor.packs.rules import load_rules
from perfadvisor.snapshotting import take
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.saved.saved import load
from perfadvisor.start import collect_less
collect_less()  # as the program does
rules = load_rules(())
snapshot = load(Path(sys.argv[1])) if sys.argv[1] else take(LocalTarget())
began = time.perf_counter()
view = judge_snapshot(snapshot, rules, source="")
spent = time.perf_counter() - began
facts = sum(1 for table in view.facts.values() for _ in table)
print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, facts, len(rules))
"""


def main() -> None:
    paths = [str(MACHINES / name) for name in LARGE if (MACHINES / name).is_file()] or [""]
    for path in paths:
        rows = [_once(path) for _ in range(ROUNDS)]
        name = Path(path).name or "this machine"
        print(
            f"{name:<36} median {median(row[0] for row in rows):.2f} s, {max(row[1] for row in rows):.0f} MB, "
            f"{rows[0][2]:.0f} facts, {rows[0][3]:.0f} rules  (promise: 1 s, 300 MB)"
        )


def _once(path: str) -> list[float]:
    done = subprocess.run([sys.executable, "-c", CODE, path], check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()]


if __name__ == "__main__":
    main()
