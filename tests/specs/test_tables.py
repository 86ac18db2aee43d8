"""The documentation's tables of options are those of the kinds; PERFADVISOR_WRITE_DOCS=1 writes them anew."""

import os
import re
from pathlib import Path

import pytest

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.kinds import KINDS
from perfadvisor.specs.tables import markdown, plain

DOCS = Path(__file__).resolve().parents[2] / "docs"
TABLE = re.compile(r"(?<=<!-- table: )(\w+)( -->\n)(.*?)(?=<!-- end -->)", re.DOTALL)


def current(text: str) -> str:
    return TABLE.sub(lambda match: f"{match[1]}{match[2]}\n{markdown(KINDS[match[1]])}\n\n", text)


def test_the_tables_in_the_documentation_are_current() -> None:
    seen: set[str] = set()
    for file in DOCS.glob("*.md"):
        text = file.read_text()
        seen |= {match[1] for match in TABLE.finditer(text)}
        if os.environ.get("PERFADVISOR_WRITE_DOCS"):
            text = current(text)
            file.write_text(text)
        assert current(text) == text, f"{file.name}: PERFADVISOR_WRITE_DOCS=1 pytest {__file__}"
    assert seen >= {"docker", "vm", "ssh", "libvirt"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_option_says_what_it_means_and_its_example_can_be_read(kind: EnvironmentOptions) -> None:
    shown = "\n".join(plain(kind))
    for option in kind.by_name.values():
        assert option.reader.read(option.example) is not None
        assert option.meaning and option.default and f"{option.name}={option.example}" in shown
    for place in kind.places:
        assert place.reader.read(place.example.removeprefix(place.prefix)) is not None
