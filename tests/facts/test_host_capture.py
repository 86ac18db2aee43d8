"""The host facts of a machine captured in full, and that no damage to it or to any source ever raises."""

import random
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.cgroup import cgroup, limits
from perfadvisor.facts.cpu import cpu, frequency, idle, mitigations
from perfadvisor.facts.machine import environment, kernel, sysctl
from perfadvisor.facts.memory import hugepages, memory, numa, transparent_hugepages
from perfadvisor.facts.text import cpuinfo, lscpu, numactl
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Directory, Symlink, Tree, Unreadable
from perfadvisor.saved.saved import load_tree

MODULES = (
    cgroup,
    cpu,
    environment,
    frequency,
    hugepages,
    idle,
    kernel,
    limits,
    memory,
    mitigations,
    numa,
    sysctl,
    transparent_hugepages,
)
SPECS = {spec.name: spec for module in (*MODULES, lscpu) for spec in module.CATALOGUE}

# One path for every pattern, so that arbitrary bytes reach every source that is read.
PATHS = sorted(
    {
        pattern.replace("cpu[0-9]*", "cpu0")
        .replace("node[0-9]*", "node0")
        .replace("policy*", "policy0")
        .replace("state*", "state0")
        .replace("hugepages-*", "hugepages-2048kB")
        .replace("{cgroup}", "")
        .replace("/*/", "/0000:00:05.0/")
        .replace("*", "name")
        for module in MODULES
        for pattern in module.PATTERNS
    }
)
NUMBERS = st.sampled_from([b"0", b"-1", b"1", b"99999999999999999999", b"0x" + b"f" * 16, b"9" * 5000, b"max 100000"])
LISTS = st.sampled_from([b"0-99999999999", b"0-65535", b"0,0,0", b"3-1", b"ffffffff," * 100, b"[", b"[a] [b]", b":"])
CONTENTS = st.binary(max_size=60) | NUMBERS | LISTS
ENTRIES = (
    CONTENTS | st.just(Directory()) | st.just(Unreadable("Permission denied")) | st.builds(Symlink, st.text(max_size=9))
)


def every_fact(tree):
    return chain.from_iterable(module.facts(tree) for module in MODULES)


def check(facts):
    """Every fact is one of the catalogue, of its type, about a subject exactly where the catalogue says so."""
    for fact in facts:
        spec = SPECS[fact.name]
        assert bool(fact.subject) is bool(spec.subject)
        assert isinstance(fact, Absent) or (type(fact.value) is spec.type and fact.unit is spec.unit)


@pytest.fixture(scope="module")
def guest(data):
    """A virtual machine of two CPUs, captured by perfadvisor itself."""
    return load_tree(data / "host/kvm-guest.ttar")


def test_every_absence_of_a_whole_capture_has_its_reason(guest):
    absent = {fact.name: fact.reason for fact in every_fact(guest) if isinstance(fact, Absent)}
    assert all(absent.values())
    assert set(absent) == {
        "cpu.nohz_full",
        "cpu.governors",
        "cpu.scaling_driver",
        "cpu.energy_performance_preferences",
        "cpu.frequency_max_hz",
        "cpu.frequency_limit_hz",
        "cpu.frequency_limit_share",
        "cpu.turbo_disabled",
        "cpu.package_throttle_count",
        "cgroup.cpu_quota_cpus",
        "cgroup.cpu_quota_file",
        "cgroup.memory_max_bytes",
        "cgroup.memory_max_file",
        "numa.memory_only_distance_max",
    }


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("environment.kind", "", "vm"),
        ("environment.hypervisor", "", "kvm"),
        ("environment.container_engine", "", "none"),
        ("kernel.release", "", "6.18.44"),
        ("cpu.model_name", "", "AMD EPYC"),
        ("cpu.online_count", "", 2),
        ("cpu.clocksource", "", "tsc"),
        ("cpu.idle_governor", "", "haltpoll"),
        ("numa.node_count", "", 1),
        ("node.cpu_list", "0", "0-1"),
        ("memory.hugepage_default_bytes", "", 2 << 20),
        ("hugepages.total", "1048576kB", 0),
        ("memory.thp_enabled", "", "madvise"),
        ("cgroup.version", "", 1),
        ("cgroup.cpu_limited", "", False),
        ("limits.memlock_bytes", "", 8 << 20),
        ("sysctl.value", "vm.swappiness", "60"),
    ],
)
def test_a_captured_guest(guest, name, subject, value):
    assert FactTable(every_fact(guest)).value(name, subject) == value


def test_every_fact_of_the_catalogue_is_given_or_its_absence_is(guest):
    given_or_not = {fact.name for fact in every_fact(guest)}
    assert {name for module in MODULES for name in (spec.name for spec in module.CATALOGUE)} == given_or_not


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(PATHS), ENTRIES, max_size=25))
def test_anything_in_any_source_is_read_without_error(entries):
    check(every_fact(Tree(entries)))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_damaged_capture_is_read_without_error(guest, seed):
    chance = random.Random(seed)
    check(every_fact(Tree({path: _damaged(entry, chance) for path, entry in guest.items() if chance.random() > 0.05})))


def _damaged(entry, chance):
    """Half of the files as they are; the others cut short, overwritten in places, doubled, or padded with NULs."""
    if not isinstance(entry, bytes) or chance.random() < 0.5:
        return entry
    data = bytearray(entry)
    for _ in range(chance.randint(1, 5)):
        if data:
            data[chance.randrange(len(data))] = chance.choice(b"0-9,:\n \0[]xf\xff")
    return bytes(chance.choice([data, data[: chance.randint(0, len(data))], data * 2, data + b"\0" * 4096]))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_some_command_s_output(data):
    for module in (lscpu, numactl, cpuinfo):
        check(module.facts(data))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_damaged_command_outputs_are_read_without_error(data, seed):
    chance = random.Random(seed)
    for module, name in ((lscpu, "lscpu-2.38.txt"), (numactl, "numactl-hardware.txt"), (cpuinfo, "cpuinfo.txt")):
        check(module.facts(_damaged((data / "text" / name).read_bytes(), chance)))
