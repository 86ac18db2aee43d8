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
HEAD = """\
# Where each rule was seen outside its own cases: inputs of real machines on which it fires, and on which it is clear
# and fires nowhere; and tests that plant its fault on a live kernel (`planted`: it fires, and is clear without).
# A rule is stable where it fired and was clear on two others; every other one is on trial. Kept by tests:
# `python -m tests.shared.ledger` writes the inputs anew; the tests are named by hand.
"""


@dataclass(kw_only=True)
class Seen:
    """One rule's inputs, and its tests with planted faults, as FILE::TEST."""

    fires: list[str] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)
    planted: list[str] = field(default_factory=list)

    def with_tests_of(self, other: "Seen") -> "Seen":
        """These inputs, as many as are worth naming, beside the other's tests."""
        return Seen(fires=self.fires[:NAMED], clear=self.clear[:NAMED], planted=other.planted)

    @property
    def stable(self) -> bool:
        """Whether it fired rightly and kept silent often enough: a planted test shows one machine without its fault."""
        return bool(self.fires or self.planted) and len(self.clear) + len(self.planted) >= FEWEST_CLEAR


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
        file.write(HEAD)
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
