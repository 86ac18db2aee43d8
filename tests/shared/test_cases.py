"""Small inputs of other people's machines with what is right beside them: which findings, and what they say."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.gating.rows import read_side
from perfadvisor.importer import import_files
from perfadvisor.judge import judge
from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Outcome
from perfadvisor.reading import read
from tests.recognised import recognise

pytestmark = pytest.mark.shared

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases"
MISSING = "the small inputs with what is right beside them (shared/cases beside the checkout) are not here"


@dataclass(frozen=True)
class Right:
    """What must be said of a file: findings with words of their title or reason, and rules that must stay silent."""

    says: dict[str, tuple[str, ...]]
    silent: tuple[str, ...] = ()


DEFINITIONS = {
    "02-interrupts-mlx5.txt": Right({"irq-one-cpu-since-boot": ("0000:01:00.0", "4 vectors", "CPU 0")}),
    "06-lspci-x1.txt": Right({"pcie-link-below-device": ("x4", "x1", "8 GT/s", "5 GT/s")}),
    "13-ethtool-S-ena.txt": Right({"network-allowance-exceeded": ("ens5", "3,241,859", "784")}),
    "17-inspect-limits.json": Right(
        {"container-io-capped": ("/dev/nvme0n1",), "container-cap-on-partition": ("/dev/sda2",)},
    ),
    "07-pve-kvm.txt": Right({"vm-emulated-disk": ("lsilogic",), "vm-disk-capped": ()}, silent=("vm-cpus-emulated",)),
    "10-vhostuser.xml": Right({"vm-memory-not-shared": ("vhost-user network, virtiofs",)}),
    "22-emulated-hardware.xml": Right({"vm-emulated-disk": ("lsilogic",), "vm-nic-emulated-model": ("rtl8139",)}),
    "12-numactl-empty-nodes.txt": Right({"numa-nodes-without-memory": ("0,2-4,6-7", "24 of 32 CPUs")}),
    "01-pasted-folder": Right({"irq-one-cpu-since-boot": ("p1p1", "4 vectors", "CPU 0")}),
    "09-domain-pasted.txt": Right({"vm-nic-emulated-model": ("rtl8139",), "vm-disk-capped": ("vda",)}),
    "16-paste-of-everything.txt": Right({"network-ring-small-drops-since-boot": ("p1p1", "256", "4,096")}),
    "08-vm.conf": Right(
        {
            "vm-emulated-disk": ("sata1", "scsi0"),
            "vm-nic-emulated-model": ("e1000",),
            "vm-cpu-model-generic": ("Guest db",),
            "vm-disk-capped": ("scsi0",),
            "vm-nic-capped": ("net0",),
            "vm-image-format": ("scsi0",),
        },
        silent=("vm-cpus-emulated", "vm-disk-aio-threads"),
    ),
    "11-vmi.yaml": Right({"vm-emulated-disk": ("sata",), "vm-nic-emulated-model": ("e1000",)}),
    "19-lxd-qemu.conf": Right({}, silent=("vm-cpus-emulated", "vm-emulated-disk")),
    "20-perf-kvm-stat.txt": Right({"vm-exits-mostly-halt": ("99.7 %",)}),
    "21-sos": Right(
        {
            "vm-nic-emulated-model": ("rtl8139",),
            "pcie-link-below-device": ("x4", "x1"),
            "numa-nodes-without-memory": ("0,2-4,6-7",),
        }
    ),
}


# Of these a line that is missing means a default, so what lies beyond a cut may be taken for one.
MAY_BE_SAID = {"08-vm.conf": {"vm-disk-in-main-loop", "passthrough-balloon"}}


RESULTS = {
    "03-fio-people.txt": Right(
        {"measurement-latency-off": ("gtod_reduce=1",)}, silent=("measurement-queue-depth-not-reached",)
    ),
    "04-iperf3-people.txt": Right({"network-retransmits": ()}),
    "05-gtod-reduce.json": Right(
        {"measurement-latency-off": ("gtod_reduce=1",)},
        silent=("measurement-littles-law", "measurement-queue-depth-not-reached"),
    ),
    "14-iperf3-receiver-full.json": Right(
        {"measurement-iperf-process-bound": ("99.6",), "network-retransmits": ("4,378",)},
    ),
    "15-fio-cap.json": Right({"storage-rate-limit": ("3.00 k IOPS",)}),
}


def case(name):
    path = CASES / name
    if not path.exists():
        pytest.skip(MISSING)
    return path


def fired(view):
    said = {}
    for one in view.findings:
        if one.outcome is Outcome.FIRES:
            said[one.rule.id] = f"{said.get(one.rule.id, '')} {one.title} {one.why}"
    return said


def check(said, right):
    assert right.says.keys() <= said.keys(), sorted(said)
    for rule, words in right.says.items():
        assert [word for word in words if word not in said[rule]] == [], said[rule]
    assert not set(right.silent) & said.keys()


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_a_file_gives_by_itself(name):
    check(fired(judge(case(name))), DEFINITIONS[name])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", sorted(name for name in DEFINITIONS if "." in name))
def test_cut_at_any_line_nothing_else_is_said(name, seed, tmp_path):
    """As a paste is: begun and ended anywhere. What the whole does not say, no part of it says."""
    path = case(name)
    lines = path.read_bytes().splitlines(keepends=True)
    first, last = sorted(random.Random(f"{name}{seed}").sample(range(len(lines) + 1), 2))
    cut = tmp_path / name
    cut.write_bytes(b"".join(lines[first:last]))
    try:
        said = fired(judge(cut))
    except InputError:
        return  # nothing of it is understood
    assert set(said) <= set(fired(judge(path))) | MAY_BE_SAID.get(name, set())
    assert not set(DEFINITIONS[name].silent) & said.keys()


@pytest.mark.parametrize("name", RESULTS)
def test_what_a_file_of_results_gives_imported(name, tmp_path):
    import_files([case(name)], tmp_path / "run")
    view = judge(tmp_path / "run")
    check(fired(view), RESULTS[name])
    assert view.cells and all(cell.trust is not Trust.INVALID for cell in view.cells)


def test_a_configuration_of_qemu_gives_the_facts_of_its_guest():
    (reading,) = read(case("19-lxd-qemu.conf"))
    wanted = {
        ("vm.vcpus", "guest"): 4,
        ("vm.memory_bytes", "guest"): 1 << 30,
        ("vm.memory_nodes", "guest"): "0",
        ("vm.hypervisor", "guest"): "kvm",
        ("vm_disk.cache", "guest/dev-lxd_root"): "none",
        ("vm_disk.io", "guest/dev-lxd_root"): "native",
    }
    assert {key: reading.facts.value(*key) for key in wanted} == wanted


def test_the_gate_takes_what_go_writes():
    found = read_side(case("18-bench.txt")).runs
    assert found["Encode", "ns/op"].values == (57012, 57411) and found["Encode", "ns/op"].better == "lower"


def test_with_the_machine_a_result_leads_to_its_network_device(tmp_path):
    """The receiver's own machine: rules on the device apply to what others measured on it."""
    routes = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
    files = {
        "proc/net/route": routes + "eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n",
        "proc/net/fib_trie": "Main:\n     |-- 192.0.2.10\n        /32 host LOCAL\n",
        "sys/devices/pci0000:00/0000:00:03.0/net/eth0/mtu": "1500\n",
        "sys/class/net/eth0/mtu": "1500\n",
    }
    for path, text in files.items():
        (tmp_path / "machine" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "machine" / path).write_text(text)
    import_files([case("14-iperf3-receiver-full.json")], tmp_path / "run", tmp_path / "machine")
    (table,) = judge(tmp_path / "run").facts.values()
    assert list(table.of("result.nic").values()) == ["eth0"]


def test_a_quoted_or_cut_paste_gives_the_same():
    """As pasted into a mail, or begun in the middle."""
    path = case("06-lspci-x1.txt")
    text = path.read_text()
    for change in (text, "".join(f"> {line}" for line in text.splitlines(True)), "\t\tLnkCtl: ASPM L1\n" + text):
        kind = recognise(change.encode())
        assert kind is not None and FactTable(kind.facts(change.encode())).value("pci.link_width", "0001:01:00.0") == 1
