"""Intents become ordered writes on a tree, and the planned tree shows them to the facts."""

import json

import pytest

from perfadvisor.errors import InputError
from perfadvisor.facts import catalogue
from perfadvisor.model.tree import Symlink, Tree
from perfadvisor.settings.catalogue import SETTINGS, setting_of
from perfadvisor.settings.commands import command, differences, script
from perfadvisor.settings.model import Intent
from perfadvisor.settings.planning import plan, undone

COALESCE = {"rx_usecs": 50, "tx_usecs": 50, "rx_max_frames": 0, "use_adaptive_rx": 1}
RINGS = {"rx": 256, "rx_max": 4096, "tx": 256, "tx_max": 4096}
TREE = Tree(
    {
        "/sys/block/sda/queue/scheduler": b"none [mq-deadline] kyber\n",
        "/sys/block/sda/queue/nr_requests": b"64\n",
        "/sys/class/net/eth0/mtu": b"1500\n",
        "netlink:ethtool/coalesce/eth0": json.dumps(COALESCE).encode(),
        "netlink:ethtool/rings/eth0": json.dumps(RINGS).encode(),
        "/proc/sys/net/core/rmem_max": b"212992\n",
        "/sys/kernel/mm/transparent_hugepage/enabled": b"always madvise [never]\n",
    }
)


def intent(setting: str, subject: str = "", **to: str) -> Intent:
    return Intent(setting=setting, subject=subject, to=to)


def test_a_choice_is_planned_undone_and_seen_by_the_facts() -> None:
    made = plan([intent("block.scheduler", "sda", scheduler="none")], TREE)
    assert [command(write) for write in made.writes] == ["echo none > /sys/block/sda/queue/scheduler"]
    assert [command(write) for write in undone(made.writes)] == [
        "echo mq-deadline > /sys/block/sda/queue/scheduler",
        "echo 64 > /sys/block/sda/queue/nr_requests",
    ], "the kernel changes the queue's length with the scheduler"
    assert catalogue.read(made.tree).value("block.scheduler", "sda") == "none"
    assert catalogue.read(TREE).value("block.scheduler", "sda") == "mq-deadline", "the old tree is untouched"


def test_a_group_is_one_write_in_its_own_order_and_undone_as_a_whole() -> None:
    made = plan([intent("nic.coalesce", "eth0", rx_usecs="8", adaptive_rx="off")], TREE)
    assert script(made.writes) == "ethtool -C eth0 adaptive-rx off rx-usecs 8"
    assert script(undone(made.writes)) == "ethtool -C eth0 adaptive-rx on rx-usecs 50"
    facts = catalogue.read(made.tree)
    assert (facts.value("nic.rx_usecs", "eth0"), facts.value("nic.adaptive_rx", "eth0")) == (8, False)
    assert differences(made.writes) == (
        "nic.coalesce eth0: adaptive_rx on -> off",
        "nic.coalesce eth0: rx_usecs 50 -> 8",
    )


def test_what_is_so_already_is_not_written() -> None:
    assert plan([intent("block.scheduler", "sda", scheduler="mq-deadline")], TREE).writes == ()


def test_settings_that_others_wait_for_go_first() -> None:
    wanted = [intent("block.nr_requests", "sda", nr_requests="128"), intent("block.scheduler", "sda", scheduler="none")]
    assert [write.setting.name for write in plan(wanted, TREE).writes] == ["block.scheduler", "block.nr_requests"]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (intent("block.scheduler", "sda", scheduler="bfq"), "'bfq' is not one of none, mq-deadline, kyber"),
        (intent("block.scheduler", "sdz", scheduler="none"), "not read"),
        (intent("nic.coalesce", "eth0", adaptive_tx="on"), "adaptive_tx: not supported by the driver"),
        (intent("nic.coalesce", "eth0", adaptive_rx="yes"), "is not on or off"),
        (intent("nic.rings", "eth0", ring_rx="8192"), "8192 is above the driver's maximum of 4096"),
        (intent("block.nr_requests", "sda", nr_requests="1; rm -rf /"), "is not a whole number"),
        (intent("nic.mtu", "eth0", size="9000"), "has no field size"),
    ],
)
def test_what_the_machine_does_not_take_is_refused(wanted: Intent, reason: str) -> None:
    made = plan([wanted], TREE)
    assert made.writes == ()
    assert reason in made.refusals[0].reason


def test_a_hostile_value_of_a_text_setting_is_quoted() -> None:
    made = plan([intent("sysctl", "net/core/rmem_max", sysctl="1; rm -rf /")], TREE)
    assert script(made.writes) == "sysctl -w 'net.core.rmem_max=1; rm -rf /'"


@pytest.mark.parametrize(
    ("name", "setting", "field"),
    [
        ("nic.rx_usecs", "nic.coalesce", "rx_usecs"),
        ("block.scheduler", "block.scheduler", "scheduler"),
        ("nic.coalesce.adaptive_tx", "nic.coalesce", "adaptive_tx"),
    ],
)
def test_a_setting_is_found_by_each_of_its_names(name: str, setting: str, field: str) -> None:
    found = setting_of(name)
    assert (found[0].name, found[1].name) == (setting, field)


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        setting_of("nic.rx_usec")
    assert caught.value.hint == "did you mean nic.rx_usecs?"


def test_every_fact_that_a_setting_names_is_a_fact_and_a_setting() -> None:
    named = {field.fact for setting in SETTINGS.values() for field in setting.fields if field.fact}
    assert named <= set(catalogue.CATALOGUE)
    assert {name for name in named if catalogue.CATALOGUE[name].nature != "setting"} == set()


def test_every_setting_waits_for_settings_that_exist() -> None:
    assert {name for setting in SETTINGS.values() for name in setting.after} <= set(SETTINGS)


def test_a_disk_behind_a_link_is_seen_by_the_facts_as_planned() -> None:
    """/sys/block holds links, and the facts follow them."""
    disk = "/sys/devices/virtual/block/sda"
    tree = Tree(
        {"/sys/block/sda": Symlink("../devices/virtual/block/sda"), f"{disk}/queue/scheduler": b"[mq-deadline] none"}
    )
    made = plan([intent("block.scheduler", "sda", scheduler="none")], tree)
    assert catalogue.read(made.tree).value("block.scheduler", "sda") == "none"


def test_what_the_driver_moves_by_itself_is_put_back_too() -> None:
    """Adaptive moderation rewrites the delay and the count while it is on."""
    off = Tree({"netlink:ethtool/coalesce/eth0": json.dumps({**COALESCE, "use_adaptive_rx": 0}).encode()})
    made = plan([intent("nic.coalesce", "eth0", adaptive_rx="on")], off)
    assert script(undone(made.writes)) == "ethtool -C eth0 adaptive-rx off rx-usecs 50 rx-frames 0"


FEATURES = {"active": ["rx-gro", "tx-checksum-ipv4"], "hw": ["rx-gro", "tx-tcp-segmentation", "tx-tcp6-segmentation"]}


def test_features_are_switched_by_their_families_and_what_the_driver_lacks_is_refused_alone() -> None:
    tree = Tree({"/sys/class/net/eth0/mtu": b"1500", "netlink:ethtool/features/eth0": json.dumps(FEATURES).encode()})
    made = plan([intent("nic.features", "eth0", tso="on", gro="on", lro="on", tx_checksum="on")], tree)
    assert script(made.writes) == "ethtool -K eth0 tso on"
    assert [one.reason for one in made.refusals] == ["lro: not supported by the driver"]
    facts = catalogue.read(made.tree)
    assert (facts.value("nic.tso", "eth0"), facts.value("nic.gro", "eth0")) == (True, True)
    assert script(undone(made.writes)) == "ethtool -K eth0 tso off"


def test_wishes_for_one_group_become_one_write() -> None:
    made = plan([intent("nic.coalesce", "eth0", rx_usecs="8"), intent("nic.coalesce", "eth0", tx_usecs="9")], TREE)
    assert script(made.writes) == "ethtool -C eth0 rx-usecs 8 tx-usecs 9"


@pytest.mark.parametrize("limit", ["block.max_sectors_kb", "block.rotational", "block.add_random"])
def test_a_limit_that_resets_the_read_ahead_is_undone_with_it(limit: str) -> None:
    """Seen on Linux 6.18: writing one of these sets read_ahead_kb to 128, whatever it was."""
    name = limit.rpartition(".")[2]
    queue = Tree({f"/sys/block/sda/queue/{name}": b"0\n", "/sys/block/sda/queue/read_ahead_kb": b"48\n"})
    wanted = [
        Intent(setting="block.read_ahead_kb", subject="sda", to={"read_ahead_kb": "64"}),
        Intent(setting=limit, subject="sda", to={name: "1"}),
    ]
    made = plan(wanted, queue)
    assert [write.setting.name for write in made.writes] == [limit, "block.read_ahead_kb"], "or it would be lost again"
    only = plan(wanted[1:], queue)
    assert [command(write) for write in undone(only.writes)] == [
        f"echo 0 > /sys/block/sda/queue/{name}",
        "echo 48 > /sys/block/sda/queue/read_ahead_kb",
    ]
