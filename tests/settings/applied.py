"""`python -m tests.settings.applied`: every fix that is data, really made and undone where its subjects exist here.

Runs itself in a network namespace of its own, with a veth pair and a loop device that it makes. On these, and on a few
settings of the whole machine for some milliseconds, each fix is planned from the facts as they are read, the fault it
mends having been set before. All settings and identities are read before and after, and must be the same. Prints a
table, and exits with 1 where one is not.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.errors import PerfAdvisorError
from perfadvisor.facts import catalogue
from perfadvisor.model.fact import Fact, FactTable, Nature
from perfadvisor.model.rule import Rule
from perfadvisor.model.tree import Tree
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.settings.asked import MissingError
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.desired import intents
from perfadvisor.settings.model import Intent, Plan
from perfadvisor.settings.planning import plan
from perfadvisor.targets.changing import journal, settings
from perfadvisor.targets.here.capture import capture

INSIDE = "PERFADVISOR_TEST_NAMESPACE"
NIC, PEER = "pfa0", "pfa1"
RESULT = "network/test@local"
# What is set before a fix, so that there is something to mend: by setting and field.
FAULTS = {
    ("block.scheduler", "scheduler"): "bfq", ("nic.features", "tso"): "off", ("nic.features", "gso"): "off",
    ("memory.thp_enabled", "thp_enabled"): "never", ("memory.ksm_run", "ksm_run"): "1",
    ("sysctl", "vm/zone_reclaim_mode"): "1", ("block.rq_affinity", "rq_affinity"): "0",
    ("sysctl", "net/core/busy_poll"): "0", ("loop.direct_io", "direct_io"): "off",
}  # fmt: skip
# What other runs on this machine change at the same time, compared for the fixes that write it alone.
SHARED = {"hugepages.total", "node_hugepages.total", "memory.hugepages_total", "memory.hugepages_total_any_size"}
WHOLE = {
    "cpu.clocksource": "it would change the time of everything that runs here",
    "cpu.online": "it would take a CPU from everything that runs here",
    "cgroup": "the group is that of whoever started this",
    "cgroup.io_cap": "the group is that of whoever started this",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One rule: `what` happened, "" as problem where that is right."""

    rule: str
    what: str
    problem: str = ""


def main() -> int:
    """Go into a namespace, try every rule, print."""
    if not os.environ.get(INSIDE):
        words = [sys.executable, "-m", "tests.settings.applied"]
        shell = 'mount -t sysfs sysfs /sys && exec "$@"'
        argv = ["unshare", "--net", "--mount", "sh", "-c", shell, "sh", *words]
        return subprocess.run(argv, env={**os.environ, INSIDE: "1"}, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="applied-") as name:
        os.environ["XDG_STATE_HOME"] = name
        with subjects(Path(name)) as disk:
            found = [tried(rule, disk) for rule in load_rules() if rule.fix.set]
    width = max(len(one.rule) for one in found)
    for one in found:
        print(f"{one.rule:<{width}}  {one.what}{f': {one.problem}' if one.problem else ''}")
    made = sum(one.what.startswith("made") for one in found)
    print(f"{made} of {len(found)} made and undone, {sum(bool(one.problem) for one in found)} problems")
    return int(any(one.problem for one in found))


@contextmanager
def subjects(folder: Path) -> Iterator[str]:
    """A veth pair, and a loop device, mounted so that every write waits, whose name is given."""
    for argv in (
        ["ip", "link", "add", NIC, "numtxqueues", "2", "type", "veth", "peer", "name", PEER],
        ["ip", "link", "set", NIC, "up"],
        ["ip", "link", "set", PEER, "up"],
    ):
        subprocess.run(argv, check=True)
    with (folder / "image").open("wb") as made:
        made.truncate(4 << 20)
    mount = folder / "mount"
    mount.mkdir()
    node = subprocess.run(
        ["losetup", "--find", "--show", str(folder / "image")], capture_output=True, text=True, check=True
    ).stdout.strip()
    try:
        Path("/sys/block", Path(node).name, "queue/read_ahead_kb").write_text("48")  # the kernel's own is 128
        subprocess.run(["mkfs.ext2", "-q", "-F", node], check=True)
        subprocess.run(["mount", "-o", "sync", node, str(mount)], check=True)
        yield Path(node).name
    finally:
        subprocess.run(["umount", str(mount)], check=False)
        subprocess.run(["losetup", "--detach", node], check=True)


def tried(rule: Rule, disk: str) -> Outcome:
    """Set the fault, read all, plan, make, undo, read all again, and take the fault away."""
    if why := next((WHOLE[desired.setting] for desired in rule.fix.set if desired.setting in WHOLE), ""):
        return Outcome(rule=rule.id, what=f"not made: {why}")
    with journal.begin() as book:
        try:
            _faulted(rule, disk, book)
            before = _read()
            made = _plan(rule, disk, before)
        except (MissingError, PerfAdvisorError, OSError) as error:
            return Outcome(rule=rule.id, what=f"not made: {_reason(error)}")
        if not made.writes:
            reasons = "; ".join(refusal.reason for refusal in made.refusals) or "it is so already"
            return Outcome(rule=rule.id, what=f"not made: {reasons}")
        return _made(rule, made, before, disk)


def _reason(error: Exception) -> str:
    return str(getattr(error, "message", "") or error)


def _made(rule: Rule, made: Plan, before: Tree, disk: str) -> Outcome:
    try:
        with journal.begin() as book:
            applied = settings.apply(made, book)
    except PerfAdvisorError as error:
        return Outcome(rule=rule.id, what=f"refused: {error.message}", problem=_moved(made, before, disk))
    kept = all(not one.rounded for one in applied)
    return Outcome(
        rule=rule.id,
        what="made and undone" if kept else "made, rounded, and undone",
        problem=_moved(made, before, disk),
    )


def _moved(made: Plan, before: Tree, disk: str) -> str:
    """The settings and identities that are not as before."""
    pages = any("hugepages" in write.source for write in made.writes)
    old, new = _lasting(before, disk, pages), _lasting(_read(), disk, pages)
    mine = {key for key in old.keys() | new.keys() if key[1].split("/")[0] in (disk, NIC, PEER)}
    there = mine | (old.keys() & new.keys())  # guests and groups of other runs come and go
    moved = sorted(key for key in there if old.get(key) != new.get(key))
    return f"not as before: {moved[:5]}" if moved else ""


def _lasting(tree: Tree, disk: str, pages: bool) -> dict[tuple[str, str], object]:
    known = known_facts()
    return {
        (fact.name, fact.subject): fact.value
        for fact in catalogue.read(tree)
        if isinstance(fact, Fact)
        and known[fact.name].nature is not Nature.MEASURED
        and not _of_others(fact, disk)
        and (pages or not _huge_pages(fact))
    }


def _of_others(fact: Fact, disk: str) -> bool:
    """Loop devices come and go with other tests."""
    return fact.subject.startswith("loop") and fact.subject != disk


def _huge_pages(fact: Fact) -> bool:
    return fact.name in SHARED or fact.subject == "vm.nr_hugepages"


def _read() -> Tree:
    return capture((*catalogue.PATTERNS, *(setting.path for setting in SETTINGS.values() if not setting.subject)))


def _faulted(rule: Rule, disk: str, book: journal.Journal) -> None:
    """Set what the rule mends, as far as it can be set here."""
    wanted = []
    for desired in rule.fix.set:
        subject = {"block": disk, "nic": NIC}.get(SETTINGS[desired.setting].subject, desired.of)
        faults = {
            name: FAULTS.get((desired.setting, name)) or FAULTS.get((desired.setting, subject)) for name in desired.to
        }
        wanted += [
            Intent(setting=desired.setting, subject=subject, to={name: text}) for name, text in faults.items() if text
        ]
    for intent in wanted:
        setting = SETTINGS[intent.setting]
        made = plan([intent], capture((setting.source(intent.subject),)))
        settings.apply(made, book)


def _plan(rule: Rule, disk: str, tree: Tree) -> Plan:
    table = catalogue.read(tree)
    lead(table, disk)
    subject = {"nic": NIC, "block": disk, "result": RESULT}.get(rule.for_each, "")
    view = Lookup(table, known_facts()).view(rule.for_each, subject)
    return plan(intents(rule.fix.set, view, tree), tree)


def lead(table: FactTable, disk: str) -> None:
    """A result that crossed both subjects."""
    for name, value in (("result.nic", NIC), ("result.block", disk)):
        table.add(Fact(name=name, value=value, source="test", subject=RESULT))


if __name__ == "__main__":
    raise SystemExit(main())
