"""The ledger of rules is what the inputs of real machines show now."""

from pathlib import Path

import pytest

from perfadvisor.packs.rules import load_rules
from tests.rules.ledger import read
from tests.shared.ledger import updated

pytestmark = pytest.mark.shared


def test_the_ledger_is_up_to_date(shared_data: Path) -> None:
    now = {rule: seen for rule, seen in updated(load_rules(), shared_data).items() if any(vars(seen).values())}
    assert read() == now, "run: python -m tests.shared.ledger"
