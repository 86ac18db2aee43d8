"""Tools of other packages: known by their entry points, refused with the package's name where they cannot be used."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.packs import plugins
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.tools.catalogue import TOOLS
from tests.made_up.test_made_up import WORKLOAD

Install = Callable[[str, str], Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A package as pip leaves it: its metadata beside its module."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(tmp_path / "site")
    for tool, module in TOOLS.items():
        monkeypatch.setitem(TOOLS, tool, module)
    plugins.add.cache_clear()

    def made(entry: str, text: str) -> Path:
        metadata = tmp_path / "site" / "made_up_tool-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up-tool\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[perfadvisor.tools]\n{entry} = made_up_tool\n")
        (tmp_path / "site" / "made_up_tool.py").write_text(text)
        return tmp_path

    yield made
    plugins.add.cache_clear()
    sys.modules.pop("made_up_tool", None)
    TOOLS.pop("counter", None)


def own(folder: Path) -> Path:
    file = folder / "own" / "counting" / "ten.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(WORKLOAD.replace("tool: count", "tool: counter"))
    return folder / "own"


def test_an_installed_tool_is_known_to_own_workloads(install: Install) -> None:
    folder = own(install("counter", "from tests.made_up.count import *\n"))
    assert load_workloads([folder])["counting/ten"].tool == "counter"
    assert plugins.add() == ("counter",)


@pytest.mark.parametrize(
    ("entry", "text", "why"),
    [
        ("fio", "", "the tool 'fio' of made-up-tool has the name of a tool that is there"),
        ("counter", "import nothing_of_this_name", "of made-up-tool cannot be imported: No module named"),
        ("counter", "PROGRAM = None", "the tool 'counter' of made-up-tool has no "),
    ],
)
def test_one_that_cannot_be_used_names_its_package(install: Install, entry: str, text: str, why: str) -> None:
    folder = own(install(entry, text))
    with pytest.raises(InputError, match=why):
        load_workloads([folder])
    assert len(load_workloads()) > 20, "it stops nothing that does not ask for it"
