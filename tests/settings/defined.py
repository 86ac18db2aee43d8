"""`python -m tests.settings.defined ROOT`: every fix of a guest's definition really made by libvirt, and undone.

In ROOT, a directory, a Debian with libvirt is installed if it is not there, and libvirtd runs in it without a network.
For each rule whose fix changes a definition the small guest of its first case is defined, the fix is planned on what
libvirt made of it, and the printed command is run. Then every value must be as planned and the rule clear; after the
printed undo the definition must be as before, to the byte. Prints a table; exits with 1 where one is not. Needs root,
and mmdebstrap."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perfadvisor.analyse.rules.answer import judge
from perfadvisor.facts.guest.guest import DEFINED
from perfadvisor.model.rule import Case, Outcome, Rule
from perfadvisor.model.tree import Tree
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.settings import reading
from perfadvisor.settings.asked import MissingError
from perfadvisor.settings.commands import script
from perfadvisor.settings.desired import intents
from perfadvisor.settings.model import Door, Plan
from perfadvisor.settings.planning import plan, undone
from perfadvisor.settings.rehearsal.guest import GUEST
from perfadvisor.settings.rehearsal.rehearse import _lookup, _read
from perfadvisor.settings.rehearsal.tree import SUBJECTS, USUAL, tree_of

SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
PACKAGES = "libvirt-daemon,libvirt-daemon-driver-qemu,libvirt-clients,virtinst,qemu-system-x86,procps"
FILE = f"{DEFINED}/{GUEST}.xml"
# Without KVM, and with the machine types of this QEMU.
HERE = (("type='kvm'", "type='qemu'"), ('type="kvm"', 'type="qemu"'), ("pc-q35-9.0", "q35"))


# What Debian 12's libvirt and a machine without KVM cannot show: the reason, by rule.
NOT_HERE = {
    "vm-cpus-emulated": "the fix is KVM, which this libvirt must not use",
    "vm-disk-single-iothread": "libvirt spreads a disk over several I/O threads from version 10.0 on",
}


def main() -> int:
    """Install, start, try every rule, print."""
    root = Path(sys.argv[1])
    if not (root / "usr").exists():
        _install(root)
    with _daemon(root):
        found = [(rule.id, _tried(rule, root)) for rule in load_rules() if _defines(rule)]
    width = max(len(name) for name, _ in found)
    print("\n".join(f"{name:<{width}}  {what}" for name, what in found))
    made = sum(what.startswith("made") for _, what in found)
    print(f"{made} of {len(found)} made and undone")
    return int(any(what.startswith("wrong") for _, what in found))


def _defines(rule: Rule) -> bool:
    return any(wish.setting == "guest.definition" for wish in rule.fix.set)


def _install(root: Path) -> None:
    options = ("--quiet", "--variant=minbase", '--aptopt=APT::Install-Recommends "false"', f"--include={PACKAGES}")
    sources = [str(SOURCES)] if SOURCES.exists() else []
    subprocess.run(["mmdebstrap", *options, "bookworm", str(root), *sources], check=True)
    # libvirt looks this user up before it reads its configuration; a package that is not needed here would make it.
    subprocess.run(["chroot", str(root), "useradd", "--system", "--user-group", "libvirt-qemu"], check=True)
    (root / "etc/libvirt").mkdir(exist_ok=True)
    (root / "etc/libvirt/qemu.conf").write_text('user = "root"\ngroup = "root"\nsecurity_driver = "none"\n')
    (root / "etc/libvirt/libvirtd.conf").write_text('auth_unix_rw = "none"\n')


@contextmanager
def _daemon(root: Path) -> Iterator[None]:
    start = 'mount -t proc proc "$0/proc" && exec chroot "$0" libvirtd'
    with (root / "libvirtd.log").open("wb") as log:
        process = subprocess.Popen(["unshare", "--mount", "--net", "sh", "-c", start, root], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while _inside(root, "virsh -q list").returncode and time.monotonic() < deadline:
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _inside(root: Path, line: str) -> "subprocess.CompletedProcess[str]":
    command = f"export LIBVIRT_DEFAULT_URI=qemu:///system; {line}"
    return subprocess.run(["chroot", str(root), "sh", "-c", command], capture_output=True, text=True, timeout=120)


def _tried(rule: Rule, root: Path) -> str:
    if rule.id in NOT_HERE:
        return f"not made: {NOT_HERE[rule.id]}"
    reason = "no case"
    for case in rule.cases:
        if case.expect is Outcome.FIRES:
            try:
                return _on(rule, case, root)
            except MissingError as error:
                reason = str(error)
    return f"not made: {reason}"


def _on(rule: Rule, case: Case, root: Path) -> str:
    tree = _defined(tree_of(rule, case), root)
    known = {**USUAL, **_read(tree), **case.facts}
    subject = SUBJECTS[rule.for_each]
    view = _lookup(known, case, known_facts()).view(rule.for_each, subject)
    made = plan(intents(rule.fix.set, view, tree), tree)
    if not any(write.setting.door is Door.DEFINITION for write in made.writes):
        raise MissingError(f"nothing to write: {[refusal.reason for refusal in made.refusals]}")
    if refused := _run(made, root, back=False):
        return f"refused by libvirt: {refused}"
    then = tree.merged([Tree({FILE: (root / FILE[1:]).read_bytes()})])
    wrong = [
        f"{write.subject}: {reading.values(write.setting, write.subject, then)}, not {write.to}"
        for write in made.writes
        if write.setting.door is Door.DEFINITION and reading.values(write.setting, write.subject, then) != write.to
    ]
    after = _read(then)
    stays = {name: value for name, value in known.items() if name in after or name not in _read(tree)}
    moved = {name: value for name, value in after.items() if _read(tree).get(name) != value}
    outcome = judge(rule, _lookup({**stays, **moved}, case, known_facts()).view(rule.for_each, subject)).outcome
    if outcome not in (Outcome.CLEAR, Outcome.NOT_APPLICABLE):
        wrong.append(f"the rule is {outcome}")
    if refused := _run(made, root, back=True):
        wrong.append(f"undo refused: {refused}")
    if (root / FILE[1:]).read_bytes() != tree.read(FILE):
        wrong.append("the definition is not as before")
    return f"wrong: {'; '.join(wrong)}" if wrong else "made and undone"


def _defined(tree: Tree, root: Path) -> Tree:
    """The case's machine, with the definition as libvirt keeps it."""
    text = tree.text(FILE) or ""
    for old, new in HERE:
        text = text.replace(old, new)
    _inside(root, f"virsh -q undefine {GUEST}")
    (root / "tmp/guest.xml").write_text(text)
    done = _inside(root, "virsh -q define /tmp/guest.xml")
    if done.returncode:
        raise MissingError(f"libvirt does not take the case's guest: {done.stderr.strip()}")
    return tree.merged([Tree({FILE: (root / FILE[1:]).read_bytes()})])


def _run(made: Plan, root: Path, *, back: bool) -> str:
    """Run the printed commands for the definition; what was said against it."""
    for line in script(undone(made.writes) if back else made.writes).splitlines():
        if line.startswith("virt-xml "):
            done = _inside(root, line)
            if done.returncode or "ERROR" in done.stderr:
                return done.stderr.strip().splitlines()[-1]
    return ""


if __name__ == "__main__":
    raise SystemExit(main())
