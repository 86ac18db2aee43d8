"""Advice on a guest names the place where a change lasts, which its owner decides."""

import pytest

from perfadvisor.analyse.rules.advise import advise
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules

RULE = next(rule for rule in load_rules() if rule.id == "vm-disk-cache-unsafe")


def persist(owner: str | None) -> str:
    facts = [
        Fact(name="vm_disk.cache", subject="web/vda", value="unsafe", source="x"),
        Fact(name="vm_disk.domain", subject="web/vda", value="web", source="x"),
    ]
    if owner:
        facts.append(Fact(name="vm.owner", subject="web", value=owner, source="x"))
    (found,) = advise(FactTable(facts), [RULE], catalogue=known_facts(), environment="host")
    return found.fix_persist


@pytest.mark.parametrize(
    ("owner", "place"),
    [
        ("nova", "flavor"),
        ("kubevirt", "VirtualMachine"),
        ("proxmox", "qm set"),
        ("ovirt", "engine"),
        ("lxd", "lxc config"),
    ],
)
def test_the_owner_names_the_place(owner: str, place: str) -> None:
    assert persist(owner).startswith(persist(None))
    assert place in persist(owner).removeprefix(persist(None))


@pytest.mark.parametrize("owner", ["libvirt", None])
def test_libvirts_own_guests_need_no_other_place(owner: str | None) -> None:
    assert persist(owner) == persist(None)


IN_WORDS = next(rule for rule in load_rules() if rule.id == "vm-nic-single-queue")


def words(owner: str | None) -> str:
    known = {"vm_nic.model": "virtio", "vm_nic.connection": "tap", "vm_nic.queues": 1, "vm_nic.domain": "web"}
    facts = [Fact(name=name, subject="web/net0", value=value, source="x") for name, value in known.items()]
    facts.append(Fact(name="vm.vcpus", subject="web", value=8, source="x"))
    if owner:
        facts.append(Fact(name="vm.owner", subject="web", value=owner, source="x"))
    (found,) = advise(FactTable(facts), [IN_WORDS], catalogue=known_facts(), environment="host")
    return found.fix_persist


@pytest.mark.parametrize(
    ("owner", "word"),
    [
        ("proxmox", ",queues=8"),
        ("qemu", "mq=on"),
        ("kubevirt", "networkInterfaceMultiqueue: true"),
        ("cloud-hypervisor", "num_queues="),
    ],
)
def test_a_rule_that_knows_the_owners_words_uses_them_alone(owner: str, word: str) -> None:
    assert word in words(owner) and "<driver" not in words(owner)


def test_where_a_rule_has_no_words_for_the_owner_libvirts_are_used() -> None:
    assert "<driver" in words(None) and "<driver" in words("libvirt")
    assert words("lxd").startswith(words(None)) and "lxc config" in words("lxd")
