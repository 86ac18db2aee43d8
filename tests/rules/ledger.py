"""The ledger of rules: where each was seen outside its own cases. `docs/rules-ledger.yaml` holds it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML

from perfadvisor.model.rule import Rule

LEDGER = Path(__file__).resolve().parents[2] / "docs" / "rules-ledger.yaml"
FEWEST_CLEAR = 2  # other machines on which it has to stay silent
NAMED = 3  # of the inputs on each side; more would say no more
MACHINES = {
    "virtual-machine": "a virtual machine with two CPUs and one node, Linux 6.18, on which the tests run",
    "emulated-server": "the lab (docs/lab.md): two sockets, an Intel IOMMU, Linux 6.1, emulated by QEMU",
    "emulated-newer": "the lab with Linux 6.12",
    "emulated-uneven": "the lab with Linux 5.10 and a third node, which has no memory",
}
"""Machines of our own: what they are. Every other input is of a machine of its own."""
OURS = {  # where a recording of ours begins -> the machine it was made on
    "tests/data/machines/emulated-server": "emulated-server",
    "tests/data/machines/uneven-": "emulated-uneven",
    "tests/data/planted/third-": "emulated-newer",
    "tests/data/planted/uneven-": "emulated-uneven",
    "tests/data/planted/pasted-third": "emulated-newer",
    "tests/data/planted/pasted-uneven": "emulated-uneven",
    "tests/data/planted/pasted-server": "emulated-server",
    "tests/data/planted/server-": "emulated-server",
    "tests/data/planted/runs/server-": "emulated-server",
    "tests/data/planted/runs/third-": "emulated-newer",
    "tests/data/planted/runs/uneven-": "emulated-uneven",
    "tests/data/": "virtual-machine",
}
HEAD = """\
# Where each rule was seen outside its own cases: inputs of real machines on which it fires, and on which it is clear
# and fires nowhere; and tests that plant its fault on a live kernel (`planted`: it fires, and is clear without), by the
# machine it was planted on. A rule is stable where it fired on one machine and was clear on two others, or on two other
# kernels; every other one is on trial. Kept by tests: `python -m tests.shared.ledger` writes the inputs anew; the tests
# are named by hand.
# Machines of our own, of which there may be several inputs:
"""


def machine_of(name: str) -> str:
    """The machine that this input was taken of."""
    return next((machine for start, machine in OURS.items() if name.startswith(start)), name)


def spread(names: Iterable[str]) -> list[str]:
    """One of each machine, as many as are worth naming."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(machine_of(name), name)
    return list(found.values())[:NAMED]


@dataclass(kw_only=True)
class Seen:
    """One rule's inputs, and its tests with planted faults by machine, each as FILE::TEST."""

    fires: list[str] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)
    planted: dict[str, list[str]] = field(default_factory=dict)

    def with_tests_of(self, other: "Seen") -> "Seen":
        """These inputs, as many as are worth naming, beside the other's tests."""
        return Seen(fires=spread(self.fires), clear=spread(self.clear), planted=other.planted)

    @property
    def tests(self) -> list[str]:
        """All tests that plant its fault."""
        return [test for tests in self.planted.values() for test in tests]

    @property
    def stable(self) -> bool:
        """Whether it fired on one machine and kept silent on enough others: one that had its fault planted was clear
        before that."""
        clear = {machine_of(name) for name in self.clear} | self.planted.keys()
        fired = {machine_of(name) for name in self.fires} | self.planted.keys()
        return any(len(clear - {machine}) >= FEWEST_CLEAR for machine in fired)


def read() -> dict[str, Seen]:
    """The ledger; a rule that is not in it was seen nowhere."""
    if not LEDGER.exists():
        return {}
    found = YAML(typ="safe").load(LEDGER) or {}
    return {rule: Seen(**(seen or {})) for rule, seen in found.items()}


def write(found: dict[str, Seen]) -> None:
    """All rules by id; what is empty is left out."""
    told = {rule: {key: value for key, value in vars(seen).items() if value} for rule, seen in sorted(found.items())}
    writer = YAML()
    writer.width = 200
    with LEDGER.open("w") as file:
        file.write(HEAD + "".join(f"#   {name}: {what}\n" for name, what in MACHINES.items()))
        writer.dump({rule: seen for rule, seen in told.items() if seen}, file)


def renew_maturity(rules: Iterable[Rule], folder: Path) -> None:
    """Write into the rules' files what the ledger says of them."""
    ledger = read()
    for rule in rules:
        for file in folder.rglob(f"{rule.id}.yaml"):
            text = file.read_text()
            file.write_text(re.sub(r"(?m)^maturity: \w+$", f"maturity: {maturity(rule, ledger)}", text))


def maturity(rule: Rule, ledger: dict[str, Seen]) -> str:
    """What the rule has to say of itself."""
    return "stable" if ledger.get(rule.id, Seen()).stable else "trial"
