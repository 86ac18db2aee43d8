"""`python -m tests.lab.reboot [--directory DIR]`: what `tune keep` writes holds over a restart, and is taken back.

A Debian with systemd of its own is installed into a disk image and booted three times from that one disk, emulated,
with this machine's kernel. At first three things are amiss: the command line, a sysctl file and a udev rule of the
image set them. In the first boot `tune` tries the fixes of three shipped rules with a command that is faster with each
of them, and `tune keep` writes a sysctl file, a udev rule and a tmpfiles line. In the second boot they must be in
force, and `tune rollback` takes them back. In the third boot every setting must be as in the first.

Needs root, mmdebstrap, e2fsprogs, qemu-system-x86, and linux-image-amd64 with its initrd. Takes some minutes.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from perfadvisor.facts import catalogue
from perfadvisor.judge import judge_snapshot
from perfadvisor.model.fact import Fact, Nature
from perfadvisor.model.rule import Outcome
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.saved.snapshot_file import load_snapshot
from tests.lab import debian

RULES = ("numa-zone-reclaim", "memory-thp-never", "storage-scheduler-not-none")
BOOTS, LIMIT_S = 3, 600.0
DEALT = "irq."  # the kernel deals interrupts to CPUs anew at each boot
AMISS = "transparent_hugepage=never"

STEPS = f"""#!/bin/sh
# The second serial port takes what is printed.
exec >/dev/ttyS1 2>&1
export HOME=/root PYTHONPATH=/opt/perfadvisor:/opt/packages PYTHONDONTWRITEBYTECODE=1
boot=$(($(cat /root/boots 2>/dev/null || echo 0) + 1))
echo $boot > /root/boots
udevadm settle
do_() {{ echo "boot $boot: perfadvisor $*"; python3 -m perfadvisor "$@"; echo "boot $boot: exit code $?"; }}
do_ snapshot -o /root/boot-$boot.tar.gz
case $boot in
1) do_ tune now {" ".join(f"--only {rule}" for rule in RULES)} --cmd 'sh /root/work.sh' --pairs 12 --yes
   do_ tune keep
   do_ tune status ;;
2) do_ tune status
   do_ tune rollback
   do_ tune status ;;
esac
echo "boot $boot: done"
sync
systemctl reboot
"""
# Faster with each fix by a fifth, and never the same twice.
WORK = """rate=$((10000 + $(date +%N | cut -c1-2 | sed 's/^0//')))
grep -q '^0' /proc/sys/vm/zone_reclaim_mode && rate=$((rate * 12 / 10))
grep -q '\\[never\\]' /sys/kernel/mm/transparent_hugepage/enabled || rate=$((rate * 12 / 10))
grep -q '\\[none\\]' /sys/block/nvme0n1/queue/scheduler && rate=$((rate * 12 / 10))
printf 'workload,metric,unit,better,value\\nwork,rate,iops,higher,%s\\n' $rate > "$PERFADVISOR_CSV"
"""
FILES: Mapping[str, str] = {
    "etc/sysctl.d/10-amiss.conf": "vm.zone_reclaim_mode = 1\n",
    "etc/udev/rules.d/10-amiss.rules": 'ACTION=="add|change", KERNEL=="nvme0n1", ATTR{queue/scheduler}="mq-deadline"\n',
    "root/steps.sh": STEPS,
    "root/work.sh": WORK,
}


def main() -> int:
    """Make the disk, boot it, judge what it says; 0 where all is as it should be."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--directory", type=Path, help="keep the disk and the output here, and go on from what is there")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="perfadvisor-reboot-", dir="/var/tmp") as name:
        directory = given.directory or Path(name)
        directory.mkdir(parents=True, exist_ok=True)
        debian.install(directory, FILES)
        output = "".join(_boot(directory, number) for number in range(1, BOOTS + 1))
        print(output)
        problems = list(judged(output, _snapshots(directory)))
    for problem in problems:
        print(f"wrong: {problem}")
    print("wrong" if problems else f"{BOOTS} boots: what was kept held, and was taken back")
    return int(bool(problems))


def _boot(directory: Path, number: int) -> str:
    """Run the machine until it restarts, unless it did so already; what its steps printed."""
    output = directory / f"output-{number}"
    if f"boot {number}: done" not in debian.text(output):
        try:
            subprocess.run(debian.argv(output, AMISS), cwd=directory, check=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            console = debian.text(directory / "console")
            print(f"not over within {LIMIT_S:.0f} s; the console ends so:\n{console[-2000:]}")
    return debian.text(output)


def _snapshots(directory: Path) -> dict[int, Path]:
    found = {boot: directory / f"boot-{boot}.tar.gz" for boot in range(1, BOOTS + 1)}
    for boot, path in found.items():
        debian.fetch(directory, f"/root/boot-{boot}.tar.gz", path)
    return found


def judged(output: str, snapshots: Mapping[int, Path]) -> Iterator[str]:
    """What is not as it should be."""
    failing = {boot: _firing(path) for boot, path in snapshots.items()}
    for boot, wanted in ((1, set(RULES)), (2, set()), (3, set(RULES))):
        if failing[boot] != wanted:
            yield f"boot {boot}: the rules that fire are {sorted(failing[boot])}, not {sorted(wanted)}"
    first, last = (_settings(snapshots[boot]) for boot in (1, BOOTS))
    moved = sorted(key for key in first.keys() | last.keys() if first.get(key) != last.get(key))
    if moved:
        yield f"the last boot is not as the first: {moved[:5]}"
    if not first:
        yield "no setting was read"
    _, _, second = output.partition("boot 2: perfadvisor tune status")
    held, _, undone = second.partition("boot 2: perfadvisor tune rollback")
    if held.count("holds") != len(RULES) or held.count("(as written)") != len(RULES):
        yield "tune status did not say that all three hold by their files"
    if undone.count(": removed") != len(RULES) or "nothing is kept" not in undone:
        yield "tune rollback did not take all three back"


def _firing(snapshot: Path) -> set[str]:
    view = judge_snapshot(load_snapshot(snapshot), load_rules(), source=str(snapshot))
    return {one.rule.id for one in view.findings if one.outcome is Outcome.FIRES and one.rule.id in RULES}


def _settings(snapshot: Path) -> dict[tuple[str, str], object]:
    known = known_facts()
    return {
        (fact.name, fact.subject): fact.value
        for fact in catalogue.read(load_snapshot(snapshot).tree)
        if isinstance(fact, Fact) and known[fact.name].nature is Nature.SETTING and not fact.name.startswith(DEALT)
    }


if __name__ == "__main__":
    sys.exit(main())
