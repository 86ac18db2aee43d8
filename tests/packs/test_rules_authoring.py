"""The rule in the guide for authors is what the guide says of it: good but for the one mistake it points out."""

import re
from pathlib import Path

import pytest

from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.problems import PackError
from perfadvisor.packs.rule_reader import read_rules

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "rules-authoring.md"


def test_the_rule_in_the_guide(tmp_path):
    (example,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    file = tmp_path / "storage-readahead-small.yaml"
    file.write_text(example)
    with pytest.raises(PackError) as caught:
        read_rules([file], known_facts())
    (problem,) = caught.value.problems
    assert "no fact is called `block.read_ahead_kib`" in problem.message
    file.write_text(example.replace("{block.read_ahead_kib}", "{block.read_ahead_bytes}"))
    assert read_rules([file], known_facts())
