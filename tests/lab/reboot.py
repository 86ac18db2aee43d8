"""`python -m tests.lab.reboot [--directory DIR]`: what `tune keep` writes holds over a restart, and is taken back.

A Debian with systemd of its own is installed into a disk image and booted three times from that one disk, emulated,
with this machine's kernel. At first three things are amiss: the command line, a sysctl file and a udev rule of the
image set them. In the first boot `tune` tries the fixes of three shipped rules with a command that is faster with each
of them, and `tune keep` writes a sysctl file, a udev rule and a tmpfiles line. In the second boot they must be in
force, and `tune rollback` takes them back. In the third boot every setting must be as in the first.

Needs root, mmdebstrap, e2fsprogs, qemu-system-x86, and linux-image-amd64 with its initrd. Takes some minutes.
"""

import argparse
import importlib.metadata
import re
import shutil
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
from perfadvisor.targets.vm import kernel as vm_kernel

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
PACKAGES = "systemd,systemd-sysv,udev,kmod,procps,iproute2,python3"
LEFT_OUT = ("plotly", "pandas")  # of what perfadvisor needs, and only pages and histories import
RULES = ("numa-zone-reclaim", "memory-thp-never", "storage-scheduler-not-none")
BOOTS, IMAGE_MB, LIMIT_S = 3, 1600, 600.0
DEALT = "irq."  # the kernel deals interrupts to CPUs anew at each boot
QEMU = (
    "qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m 2G "
    "-display none -monitor none -nic none "
    "-object memory-backend-ram,id=m0,size=1G -numa node,nodeid=0,cpus=0,memdev=m0 "
    "-object memory-backend-ram,id=m1,size=1G -numa node,nodeid=1,cpus=1,memdev=m1 "
    "-no-reboot -serial file:console -drive file=disk.img,if=virtio,format=raw,cache=unsafe "
    "-drive file=nvme.img,if=none,id=spare,format=raw -device nvme,drive=spare,serial=KEPT"
)
COMMAND_LINE = "root=/dev/vda rw console=ttyS0 loglevel=3 no_timer_check net.ifnames=0 transparent_hugepage=never"

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
UNIT = """[Service]
Type=oneshot
ExecStart=/bin/sh /root/steps.sh
[Install]
WantedBy=multi-user.target
"""
FILES: Mapping[str, str] = {
    "etc/fstab": "/dev/vda / ext4 rw 0 1\n",
    "etc/hostname": "kept\n",
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "etc/sysctl.d/10-amiss.conf": "vm.zone_reclaim_mode = 1\n",
    "etc/udev/rules.d/10-amiss.rules": 'ACTION=="add|change", KERNEL=="nvme0n1", ATTR{queue/scheduler}="mq-deadline"\n',
    "etc/systemd/system/steps.service": UNIT,
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
        disk = directory / "disk.img"
        if not disk.exists():
            _install(directory / "root", disk)
        output = "".join(_boot(directory, number) for number in range(1, BOOTS + 1))
        print(output)
        problems = list(judged(output, _snapshots(directory, disk)))
    for problem in problems:
        print(f"wrong: {problem}")
    print("wrong" if problems else f"{BOOTS} boots: what was kept held, and was taken back")
    return int(bool(problems))


def _install(root: Path, disk: Path) -> None:
    sources = [str(SOURCES)] if SOURCES.exists() else []
    include = f"--include={PACKAGES}"
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", include, "bookworm", str(root), *sources], check=True)
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for name in ("perfadvisor", "rules", "workloads", "reports", "templates"):
        shutil.copytree(REPOSITORY / name, root / "opt/perfadvisor" / name)
    for source, target in _packages():
        (root / "opt/packages" / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, root / "opt/packages" / target)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(root / "opt/perfadvisor")], check=True)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / "steps.service").symlink_to("../steps.service")
    new = disk.with_suffix(".new")
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(new), f"{IMAGE_MB}M"], check=True)
    with (disk.parent / "nvme.img").open("wb") as made:
        made.truncate(64 << 20)
    shutil.rmtree(root)
    new.rename(disk)


def _packages() -> Iterator[tuple[Path, str]]:
    """Every file of the libraries that perfadvisor runs with."""
    names = re.findall(r"(?m)^([A-Za-z0-9._-]+)==", (REPOSITORY / "requirements/run.lock").read_text())
    for name in names:
        if name in LEFT_OUT:
            continue
        for file in importlib.metadata.distribution(name).files or ():
            if not str(file).startswith("..") and (place := Path(str(file.locate()))).is_file():
                yield place, str(file)


def _boot(directory: Path, number: int) -> str:
    """Run the machine until it restarts, unless it did so already; what its steps printed."""
    output = directory / f"output-{number}"
    if not (output.exists() and f"boot {number}: done" in _text(output)):
        release = vm_kernel.choose()
        kernel = (
            "-kernel",
            f"/boot/vmlinuz-{release}",
            "-initrd",
            f"/boot/initrd.img-{release}",
            "-append",
            COMMAND_LINE,
        )
        words = [*QEMU.split(), "-serial", f"file:{output.name}", *kernel]
        try:
            subprocess.run(words, cwd=directory, check=True, timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            print(f"not over within {LIMIT_S:.0f} s; the console ends so:\n{_text(directory / 'console')[-2000:]}")
    return _text(output)


def _text(file: Path) -> str:
    return file.read_text(errors="replace").replace("\r", "")


def _snapshots(directory: Path, disk: Path) -> dict[int, Path]:
    found = {boot: directory / f"boot-{boot}.tar.gz" for boot in range(1, BOOTS + 1)}
    for boot, path in found.items():
        argv = ["debugfs", "-R", f"dump /root/boot-{boot}.tar.gz {path}", str(disk)]
        subprocess.run(argv, check=True, stderr=subprocess.DEVNULL)
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
