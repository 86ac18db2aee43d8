"""CPU facts from small trees whose answers are plain to see."""

from pathlib import Path

import pytest

from perfadvisor.facts.cpu import cpu
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree

SYSTEM = "/sys/devices/system/cpu"


def read(files):
    return FactTable(cpu.facts(Tree({path: text.encode() for path, text in files.items()})))


def machine(cpus, **extra):
    """`cpus` maps a CPU number to (package, core, siblings)."""
    files = {}
    for number, (package, core, siblings) in cpus.items():
        topology = f"{SYSTEM}/cpu{number}/topology"
        files[f"{topology}/physical_package_id"] = f"{package}\n"
        files[f"{topology}/core_id"] = f"{core}\n"
        files[f"{topology}/thread_siblings_list"] = f"{siblings}\n"
    return files | {f"{SYSTEM}/{name}": text for name, text in extra.items()}


TWO_SOCKETS = machine(
    {0: (0, 0, "0,4"), 4: (0, 0, "0,4"), 1: (0, 1, "1"), 2: (1, 0, "2"), 3: (1, 1, "3")},
    online="0-2,4\n",
    present="0-4\n",
    isolated="\n",
    nohz_full="(null)\n",
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cpu.directory_count", 5),
        ("cpu.topology_count", 5),
        ("cpu.online_count", 4),
        ("cpu.package_count", 2),
        ("cpu.cores_per_package_max", 2),
        ("cpu.threads_per_core_max", 2),
        ("cpu.online", "0-2,4"),
        ("cpu.present", "0-4"),
        ("cpu.isolated", ""),
        ("cpu.nohz_full", ""),
        ("cpu.possible", None),
        ("cpu.smt_active", None),
    ],
)
def test_two_sockets(name, value):
    assert read(TWO_SOCKETS).value(name) == value


def test_without_the_online_list_the_cpus_own_files_and_the_offline_list_count():
    files = machine({n: (0, n, str(n)) for n in range(6)}, offline="5\n") | {f"{SYSTEM}/cpu3/online": "0\n"}
    assert read(files).value("cpu.online_count") == 4


def test_package_minus_one_is_no_package():
    facts = read(machine({0: (-1, 0, "0"), 1: (-1, 1, "1")}))
    assert facts.find("cpu.package_count").reason == "the kernel numbers no packages here"


def test_a_mask_says_who_the_siblings_are_where_there_is_no_list():
    facts = read({f"{SYSTEM}/cpu0/topology/core_id": "0", f"{SYSTEM}/cpu0/topology/thread_siblings": "00000011"})
    assert facts.value("cpu.threads_per_core_max") == 2


def test_core_numbers_start_again_in_every_die():
    files = machine({n: (0, n % 2, str(n)) for n in range(4)})
    files |= {f"{SYSTEM}/cpu{n}/topology/die_id": str(n // 2) for n in range(4)}
    assert read(files).value("cpu.cores_per_package_max") == 4


def test_core_numbers_that_start_again_in_every_cluster():
    files = machine({n: (0, n % 4, str(n)) for n in range(16)})  # a SG2042: no dies, clusters of four cores
    assert read(files).value("cpu.cores_per_package_max") == 16


def test_nothing_read_is_nothing_known():
    facts = read({})
    assert [fact for fact in facts if hasattr(fact, "value")] == []
    assert facts.find("cpu.online").reason == "not in what was read"


@pytest.mark.parametrize(
    ("text", "model", "processors", "flag"),
    [
        ("processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu hypervisor\n\nprocessor\t: 1\n", "A CPU", 2, True),
        ("processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu hypervisors\n", "A CPU", 1, False),
        ("processor\t: 0\nBogoMIPS\t: 200.00\nFeatures\t: fp asimd\n", None, 1, None),
        ("processor\t: 0\ncpu\t\t: POWER7 (raw), altivec supported\n", "POWER7 (raw), altivec supported", 1, None),
        ("vendor_id       : IBM/S390\nprocessor 0: version = FF\nprocessor 1: version = FF\n", None, 2, None),
        ("system type\t: generic\nprocessor\t: 0\nModel Name\t: Loongson-3A5000\n", "Loongson-3A5000", 1, None),
        ("", None, None, None),
    ],
)
def test_cpuinfo(text, model, processors, flag):
    facts = read({"/proc/cpuinfo": text})
    assert facts.value("cpu.model_name") == model
    assert facts.value("cpu.processor_count") == processors
    assert facts.value("cpu.hypervisor_flag") is flag


@pytest.mark.parametrize(
    ("sources", "revision"),
    [
        (
            {"/proc/cpuinfo": "processor\t: 0\nmicrocode\t: 0x1000065\nprocessor\t: 1\nmicrocode\t: 0x1000065\n"},
            "0x1000065",
        ),
        ({"/proc/cpuinfo": "processor\t: 0\nmicrocode\t: 0x2c\nprocessor\t: 1\nmicrocode\t: 0x2b\n"}, "0x2c, 0x2b"),
        ({"/sys/devices/system/cpu/cpu0/microcode/version": "0x2006906\n"}, "0x2006906"),
        ({"/proc/cpuinfo": "processor\t: 0\nmicrocode\t: 0xffffffff\n"}, None),
        ({"/proc/cpuinfo": "processor\t: 0\nBogoMIPS\t: 50.00\n"}, None),
    ],
)
def test_the_microcode_revision(sources, revision):
    assert read(sources).value("cpu.microcode") == revision


def test_the_microcode_revision_of_a_real_machine():
    saved = Path(__file__).parents[2] / "data" / "text" / "cpuinfo.txt"
    stated = {line.split()[-1] for line in saved.read_text().splitlines() if line.startswith("microcode")}
    assert stated == {read({"/proc/cpuinfo": saved.read_text()}).value("cpu.microcode")}


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ({"online": "0-2\n", "present": "0-3\n", "offline": "3-63\n"}, "3"),  # 4-63 are places for CPUs, not CPUs
        ({"online": "0-3\n", "present": "0-3\n", "offline": "4-63\n"}, ""),
        ({"online": "0-2\n"}, "3"),  # from the directories
        ({}, ""),
    ],
)
def test_which_cpus_are_switched_off(lists, expected):
    assert read(machine({n: (0, n, str(n)) for n in range(4)}, **lists)).value("cpu.switched_off") == expected
