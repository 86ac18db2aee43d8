"""`python -m tests.lab.reboots [--directory DIR]`: `gate run --reboot` on a machine that really restarts.

A Debian with systemd of its own is installed into a disk image and emulated. The sides are two command lines of the
kernel. This program stands for the boot loader: it starts the machine once as was chosen, and as the good side
otherwise. The benchmark is slower by a quarter on the other side. In one boot the power is cut while it is measured. In
the end there must be a regression after five pairs, one boot lost, and nothing left to run.

Takes about ten minutes of two CPUs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.lab import debian

LIMIT_S, MOST_BOOTS, CUT_IN = 240.0, 16, "boot 4: old"
SIDES = {"old": "transparent_hugepage=madvise", "new": "transparent_hugepage=never"}
USUAL = "old"
GATE = (
    "python3 -m perfadvisor gate run --reboot --cmd 'sh /root/work.sh' --a 'sh /root/choose.sh old' --name-a old "
    "--b 'sh /root/choose.sh new' --name-b new --pairs 5 --runs 2 --settle 2s --json /root/verdict.json"
)
STEPS = f"""#!/bin/sh
exec >/dev/ttyS1 2>&1
export HOME=/root PYTHONPATH=/opt/perfadvisor:/opt/packages
cd /
if [ ! -e /root/begun ]; then
  {GATE}
  echo "chosen without --yes: $(cat /root/next 2>/dev/null)."
  touch /root/begun
  {GATE} --yes
  exit
fi
until [ -e /root/verdict.json ]; do sleep 1; done
sleep 3
python3 -m perfadvisor gate boots show
python3 -m perfadvisor gate boots resume
systemctl poweroff
"""
WORK = """rate=$((10000 + $(date +%N | cut -c1-2 | sed 's/^0//')))
grep -q transparent_hugepage=never /proc/cmdline && rate=$((rate * 3 / 4))
printf 'workload,metric,unit,better,value\\nwork,rate,iops,higher,%s\\n' $rate > "$PERFADVISOR_CSV"
"""
FILES: Mapping[str, str] = {
    "etc/systemd/system/steps.service": "[Service]\nExecStart=/bin/sh /root/steps.sh\n[Install]\n",
    "etc/systemd/journald.conf.d/serial.conf": "[Journal]\nForwardToConsole=yes\nTTYPath=/dev/ttyS1\n",
    "root/steps.sh": STEPS,
    "root/work.sh": WORK,
    "root/choose.sh": "echo $1 > /root/next\nsync\n",
}


def main() -> int:
    """Make the disk, start it as often as it asks for, judge what came of it; 0 where all is as it should be."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--directory", type=Path, help="keep the disk and the output here")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="perfadvisor-reboots-", dir="/var/tmp") as name:
        directory = given.directory or Path(name)
        directory.mkdir(parents=True, exist_ok=True)
        debian.install(directory, FILES)
        started = list(_boots(directory))
        problems = list(judged(directory, started))
    for problem in problems:
        print(f"wrong: {problem}")
    print("wrong" if problems else f"{len(started)} starts: the regression was found, and nothing is left to run")
    return int(bool(problems))


def _boots(directory: Path) -> Iterator[str]:
    """Start the machine as what was chosen until there is a verdict; the sides in their order."""
    side, cut = USUAL, False
    for number in range(1, MOST_BOOTS + 1):
        output = directory / f"output-{number}"
        cut_now = _run(directory, output, side, not cut)
        yield side
        cut = cut or cut_now
        print(f"--- start {number}: {side}{', power cut' if cut_now else ''}\n{_own(output)}", flush=True)
        if debian.fetch(directory, "/root/verdict.json", directory / "verdict.json"):
            return
        chosen = directory / "next"
        side = USUAL if cut_now or not debian.fetch(directory, "/root/next", chosen) else chosen.read_text().strip()


def _run(directory: Path, output: Path, side: str, may_cut: bool) -> bool:
    """Until it restarts or is switched off; whether its power was cut."""
    machine = subprocess.Popen(debian.argv(output, SIDES[side]), cwd=directory)
    deadline = time.monotonic() + LIMIT_S
    while machine.poll() is None:
        cut = may_cut and CUT_IN in debian.text(output)
        if cut or time.monotonic() > deadline:
            machine.kill()
            machine.wait()
            return cut
        time.sleep(0.5)
    return False


def _own(output: Path) -> str:
    """What perfadvisor printed, without the rest of the journal."""
    lines = debian.text(output).splitlines()
    return "\n".join(line[-160:] for line in lines if "systemd" not in line and "kernel:" not in line)[-2500:]


def judged(directory: Path, started: list[str]) -> Iterator[str]:
    """What is not as it should be."""
    file = directory / "verdict.json"
    if not file.exists():
        yield "there is no verdict"
        return
    document = json.loads(file.read_text())
    report = document["report"]
    if (document["verdict"], [look["pairs"] for look in report["looks"]]) != ("regression", [5]):
        yield f"the verdict is {document['verdict']} after {report['looks']}"
    if sum("a boot gave nothing: it ended while it was measured" in note for note in report["notes"]) != 1:
        yield f"the boot that was cut is not noted: {report['notes']}"
    if not any("kernel options" in note for note in report["notes"]):
        yield f"what differs is not noted: {report['notes']}"
    if debian.fetch(directory, "/etc/systemd/system/perfadvisor-gate-boots.service", directory / "unit"):
        yield "the unit is still there"
    printed = "".join(debian.text(directory / f"output-{number}") for number in range(1, len(started) + 1))
    if "chosen without --yes: ." not in printed or "nothing was changed: add --yes" not in printed:
        yield "something was chosen without --yes"
    if "the comparison is over: decided" not in printed:
        yield "it could be resumed after its end"


if __name__ == "__main__":
    sys.exit(main())
