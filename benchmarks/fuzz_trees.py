"""Machines to mutate, most of them a few dozen files, the mutations, and the whole judgement of one."""

import random
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from benchmarks.growing import functions, interrupts
from perfadvisor.model.rule import Rule
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
WHOLE, WITH_HOST = 0.01, 0.1
GROUP_PARTS, FILES = 5, 45
WEIRD = (
    b"",
    b"\n",
    b"-1\n",
    b"0\n",
    b"99999999999999999999\n",
    b"nan\n",
    b"0-\n",
    b"5-1\n",
    b"\xff\xfe",
    b"Y\n",
    b"x" * 5000,
    b"0x\n",
    b"1 2 3\n",
    b"<script>",
    b"\x1b[31m",
    b"0-4294967295\n",
    b"1e400\n",
    b"(unknown)\n",
)
Entries = dict[str, Entry]
Groups = Mapping[str, Entries]


@cache
def machines() -> tuple[Entries, ...]:
    """Sound machines: an emulated server, the same with faults planted, a guest, and made-up ones."""
    from perfadvisor.saved.saved import load

    files = [DATA / "machines" / "emulated-server.tar.gz", DATA / "host" / "kvm-guest.ttar"]
    trees = [load(path).tree for path in (*files, *sorted((DATA / "planted").glob("*.tar.gz")))]
    return tuple(dict(tree.items()) for tree in (*trees, functions(8), interrupts(640)))


@cache
def _groups() -> Sequence[Groups]:
    """Each machine's files by the directory that they are of: a disk, a CPU, a process."""
    found = []
    for entries in machines():
        groups: dict[str, Entries] = {}
        for name, entry in entries.items():
            groups.setdefault("/".join(name.split("/")[: GROUP_PARTS + 1]), {})[name] = entry
        found.append(groups)
    return found


def machine(dice: random.Random) -> Entries:
    """A machine of a few dozen files; one in a hundred is whole."""
    if dice.random() < WHOLE:
        return dict(dice.choice(machines()))
    groups = dice.choice(_groups())
    names, chosen = list(groups), Entries()
    for name in dice.sample(names, len(names)):
        if len(chosen) + len(groups[name]) <= FILES:
            chosen |= groups[name]
        elif len(chosen) > FILES // 2:
            break
    return chosen


def mutated_tree(found: Entries, dice: random.Random) -> Tree:
    """The machine with a few entries taken away, changed, moved or turned into another kind."""
    for _ in range(dice.choice((1, 3, 10)) if len(found) <= FILES else dice.choice((3, 10, 100))):
        if found:
            _change(found, dice)
    return Tree(found)


def _change(found: Entries, dice: random.Random) -> None:
    names = list(found)
    name = dice.choice(names)
    match dice.randrange(8):
        case 0:
            del found[name]
        case 1 | 2:
            found[name] = dice.choice(WEIRD)
        case 3:
            found[name] = dice.choice((Unreadable("Permission denied"), Directory(), Symlink("../../x"), Symlink(name)))
        case 4:
            found[dice.choice(names)] = found[name]
        case 5:
            parent = name.rsplit("/", 1)[0]
            for source in [source for source in names if source.startswith(f"{parent}/")]:
                del found[source]
        case _:
            entry = found[name]
            if isinstance(entry, bytes) and entry:
                at = dice.randrange(len(entry))
                found[name] = entry[:at] + bytes([dice.randrange(256)]) + entry[at + 1 :]


@cache
def _rules() -> tuple[Rule, ...]:
    from perfadvisor.packs.rules import load_rules

    return load_rules()


def judged(tree: Tree, host: Tree | None = None) -> str:
    """The page of the machine, which may have a host of its own."""
    from perfadvisor.judge import judge_snapshot
    from perfadvisor.report.html import render

    parent = None if host is None else Snapshot(environment="host", taken=1e9, tree=host)
    snapshot = Snapshot(environment="x", taken=1e9, tree=tree, clock_source="tsc", version="0", parent=parent)
    return render(judge_snapshot(snapshot, _rules(), source="x"))


def case(dice: random.Random) -> tuple[Tree, Tree | None]:
    """A mutated machine, and one in ten times the host that it is a guest of."""
    tree = mutated_tree(machine(dice), dice)
    return tree, mutated_tree(machine(dice), dice) if dice.random() < WITH_HOST else None
