"""Any device fact module on any tree: no exception, and no value of a type the catalogue does not name."""

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.block import block, mount
from perfadvisor.facts.irq import irq
from perfadvisor.facts.net import infiniband, network, network_sysctl, nic_settings
from perfadvisor.facts.pci import config as pci_config
from perfadvisor.facts.pci import iommu, pci
from perfadvisor.facts.pci import link as pci_link
from perfadvisor.model.fact import Fact, FactSpec
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable
from perfadvisor.targets.here.capture import capture

MODULES = (block, infiniband, iommu, irq, mount, network, network_sysctl, nic_settings, pci, pci_config, pci_link)
CATALOGUE: dict[str, FactSpec] = {spec.name: spec for module in MODULES for spec in module.CATALOGUE}
PATTERNS = tuple(dict.fromkeys(pattern for module in MODULES for pattern in module.PATTERNS))
HOSTILE = (
    b"",
    b"\0" * 4096,
    b"\xff\xfe",
    b"9" * 5000,
    b"-1\n",
    b"0-99999999999\n",
    b"[" * 5000,
    b"\xd9\xa3\n",
    b"1e999\n",
)

entries = st.one_of(
    st.sampled_from(HOSTILE),
    st.binary(max_size=200),
    st.just(Directory()),
    st.just(Unreadable("Permission denied")),
    st.sampled_from(["..", "/", "../../../..", "self", "/sys/bus/pci/devices/0000:00:00.0", "\0"]).map(Symlink),
)


@pytest.fixture(scope="module")
def here() -> dict[str, Entry]:
    """This machine, without commands and netlink."""
    return dict(capture([pattern for pattern in PATTERNS if pattern.startswith("/")]).items())


def check(module: ModuleType, tree: Tree) -> None:
    for fact in module.facts(tree):
        spec = CATALOGUE[fact.name]
        assert bool(fact.subject) == bool(spec.subject), fact
        if isinstance(fact, Fact):
            assert type(fact.value) is spec.type and fact.unit == spec.unit
        else:
            assert fact.reason, fact


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
@given(changes=st.data())
@settings(max_examples=25, deadline=None)
def test_a_damaged_machine(here: dict[str, Entry], module: ModuleType, changes: st.DataObject) -> None:
    sources = st.sampled_from(sorted(here))
    damaged = {**here, **changes.draw(st.dictionaries(sources, entries, max_size=30))}
    check(module, Tree(damaged))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_the_same_nonsense_everywhere(here: dict[str, Entry], module: ModuleType, value: bytes) -> None:
    check(module, Tree({source: value if isinstance(entry, bytes) else entry for source, entry in here.items()}))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_nothing_at_all(module: ModuleType) -> None:
    check(module, Tree({}))


def test_the_catalogue_names_every_fact_once() -> None:
    specs = [spec for module in MODULES for spec in module.CATALOGUE]
    assert len(specs) == len(CATALOGUE)
    assert all(spec.meaning and spec.name.startswith((spec.subject or spec.name.split(".")[0]) + ".") for spec in specs)
    kinds = {spec.subject for spec in specs} | {"node", "irq"}
    assert {spec.refers_to for spec in specs if spec.refers_to} <= kinds
