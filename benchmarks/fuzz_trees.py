"""Machines to mutate, the mutations, and the whole judgement of one."""

import random
from functools import cache
from pathlib import Path

from benchmarks.growing import functions, interrupts
from perfadvisor.model.rule import Rule
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Directory, Entry, Link, Tree, Unreadable

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
WEIRD = (
    b'', b'\n', b'-1\n', b'0\n', b'99999999999999999999\n', b'nan\n', b'0-\n', b'5-1\n', b'\xff\xfe', b'Y\n',
    b"x" * 5000, b'0x\n', b'1 2 3\n', b'<script>', b'\x1b[31m', b'0-4294967295\n', b'1e400\n', b'(unknown)\n',
)  # fmt: skip


def machines() -> list[dict[str, Entry]]:
    """Sound machines: an emulated server, a guest, and made-up ones."""
    from perfadvisor.saved.saved import load

    trees = [load(DATA / "machines" / "emulated-server.tar.gz").tree, load(DATA / "host" / "kvm-guest.ttar").tree]
    return [dict(tree.items()) for tree in (*trees, functions(8), interrupts(640))]


def mutated_tree(entries: dict[str, Entry], dice: random.Random) -> Tree:
    """The machine with a few entries taken away, changed, moved or turned into another kind."""
    found = dict(entries)
    names = list(found)
    for _ in range(dice.choice((1, 3, 10, 100))):
        name = dice.choice(names)
        match dice.randrange(7):
            case 0:
                found.pop(name, None)
            case 1 | 2:
                found[name] = dice.choice(WEIRD)
            case 3:
                found[name] = dice.choice((Unreadable("Permission denied"), Directory(), Link("../../x"), Link(name)))
            case 4:
                found[dice.choice(names)] = found.get(name, b"")
            case 5:
                parent = name.rsplit("/", 1)[0]
                found = {source: entry for source, entry in found.items() if not source.startswith(f"{parent}/")}
            case _:
                entry = found.get(name)
                if isinstance(entry, bytes) and entry:
                    at = dice.randrange(len(entry))
                    found[name] = entry[:at] + bytes([dice.randrange(256)]) + entry[at + 1 :]
    return Tree(found)


@cache
def _rules() -> tuple[Rule, ...]:
    from perfadvisor.packs import load_rules

    return load_rules()


def judged(tree: Tree) -> str:
    """The page of the machine."""
    from perfadvisor.judge import judge_snapshot
    from perfadvisor.report.html import render

    snapshot = Snapshot(environment="x", taken=1e9, tree=tree, clock_source="tsc", version="0")
    return render(judge_snapshot(snapshot, _rules(), source="x"))
