"""Saved outputs in any order and wrapping: cut, recognised, joined, and nothing dropped without a word."""

import random
import time
from pathlib import Path

import pytest

from perfadvisor.evidence.bundle import read
from perfadvisor.model.fact import Fact

RING = """Ring parameters for p1p1:
Pre-set maximums:
RX:\t\t4096
TX:\t\t4096
Current hardware settings:
RX:\t\t256
TX:\t\t256
"""
LSCPU = """Architecture:          x86_64
CPU(s):                4
On-line CPU(s) list:   0-3
Thread(s) per core:    2
NUMA node(s):          1
NUMA node0 CPU(s):     0-3
"""
INTERRUPTS = """            CPU0       CPU1
  60: 980000001          0   PCI-MSI 524288-edge      p1p1-TxRx-0
  61: 980000002          0   PCI-MSI 524288-edge      p1p1-TxRx-1
NMI:          5          6   Non-maskable interrupts
"""
SOFTIRQS = """                    CPU0       CPU1
          HI:          1          0
       TIMER:     123456     234567
      NET_RX:       1000    9999999
"""
STATISTICS = "NIC statistics:\n     rx_missed_errors: 2737033\n     rx_packets: 99\n"
PASTE = f"""Hi, my NIC is slow.

user@db1:~$ lscpu
{LSCPU}user@db1:~$ sudo ethtool -g p1p1
{RING}[root@db1 ~]# ethtool -S p1p1
{STATISTICS}
# cat /proc/interrupts
{INTERRUPTS}
Thanks for any help!
"""


def kinds(text: str) -> list[str]:
    return [note.kind for note in read([("paste", text.encode())]).notes]


def value(text: str, name: str, subject: str = "") -> object:
    (machine,) = read([("paste", text.encode())]).machines
    return machine.facts.value(name, subject)


def test_a_paste_of_everything_is_cut_at_its_prompts_and_joined() -> None:
    found = read([("paste", PASTE.encode())])
    assert [note.kind for note in found.notes] == ["", "lscpu", "ethtool", "ethtool", "interrupts", ""]
    (machine,) = found.machines
    assert machine.name == "db1"
    assert machine.facts.value("cpu.online_count") == 4
    assert machine.facts.value("nic.ring_rx", "p1p1") == 256
    assert machine.facts.value("nic.rx_missed", "p1p1") == 2737033
    assert machine.facts.value("nic.irq_count", "p1p1") == 2


def test_what_was_not_understood_is_listed_with_the_line_where_it_starts() -> None:
    unread = [note for note in read([("paste", PASTE.encode())]).notes if not note.kind]
    assert [(note.line, note.lines, note.facts) for note in unread] == [(1, 2, 0), (29, 1, 0)]


def test_outputs_without_a_prompt_between_are_cut_where_another_kind_begins() -> None:
    assert kinds(LSCPU + RING + INTERRUPTS) == ["lscpu", "ethtool", "interrupts"]


@pytest.mark.parametrize(
    ("header", "machine"),
    [
        ("$ ethtool -S p1p1", ""),
        ("# ethtool -S p1p1", ""),
        ("+ ethtool -S p1p1", ""),
        ("++ sudo /usr/sbin/ethtool -S p1p1", ""),
        ("[root@db1 ~]# ethtool -S p1p1", "db1"),
        ("me@db1:/var/log$ ethtool -S p1p1 | grep rx", "db1"),
        ("db1:~ # ethtool -S p1p1", "db1"),
        ("### ethtool -S p1p1", ""),
        ("ethtool -S p1p1:", ""),
    ],
)
def test_the_prompt_names_the_interface_and_the_machine(header: str, machine: str) -> None:
    (found,) = read([("paste", f"{header}\n{STATISTICS}".encode())]).machines
    assert (found.name, found.facts.value("nic.rx_missed", "p1p1")) == (machine, 2737033)


def test_headers_of_ansible_keep_machines_apart() -> None:
    text = "".join(
        f"{host} | CHANGED | rc=0 >>\n{RING.replace('256', size)}" for host, size in (("a", "512"), ("b", "1024"))
    )
    found = {one.name: one.facts.value("nic.ring_rx", "p1p1") for one in read([("log", text.encode())]).machines}
    assert found == {"a": 512, "b": 1024}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[\n    {\n        "Id": "abc",\n        "HostConfig": {}\n    }\n]\n', "container inspect JSON"),
        ('{\n   "lscpu": [\n      {"field": "CPU(s):", "data": "4"}\n   ]\n}\n', "lscpu JSON"),
        ('{\n    "apiVersion": "v1",\n    "kind": "Node",\n    "metadata": {"name": "a"}\n}\n', "Kubernetes YAML"),
    ],
)
def test_json_is_told_by_its_first_name_and_ends_with_its_bracket(text: str, kind: str) -> None:
    assert kinds(text) == [kind]
    assert kinds(f"$ lscpu\n{LSCPU}$ x\n{text}and that is all\n")[-2:] == [kind, ""]


def test_files_named_by_tail_and_by_grep_are_files_of_the_machine() -> None:
    text = "==> /proc/sys/net/core/rmem_max <==\n212992\n\n==> /proc/sys/vm/swappiness <==\n60\n"
    assert value(text, "network.rmem_max_bytes") == 212992
    assert value("/proc/sys/net/core/rmem_max:212992\n", "network.rmem_max_bytes") == 212992
    assert value("net.core.rmem_max = 212992\nkernel.numa_balancing = 1\n", "network.rmem_max_bytes") == 212992


@pytest.mark.parametrize(
    "text",
    [
        "Package: x\nArchitecture: any\nDepends: y\n",
        "apiVersion: sriovnetwork.openshift.io/v1\nkind: SriovNetworkNodeState\nstatus:\n  interfaces:\n"
        "  - deviceID: '1017'\n    driver: mlx5_core\n    mtu: 1500\n",
        "I looked at this:\n  driver: mlx5_core is what we use here\nand nothing helped, so what now?\n",
    ],
)
def test_one_line_that_looks_like_an_output_makes_no_output(text: str) -> None:
    assert not read([("x", text.encode())]).read_any


def test_softirqs_are_no_interrupts() -> None:
    assert kinds(SOFTIRQS) == ["softirqs"]
    assert value(SOFTIRQS, "interrupts.cpu_columns") is None


def test_of_two_that_differ_the_later_counts_and_both_are_named() -> None:
    text = f"$ ethtool -g p1p1\n{RING}$ ethtool -G p1p1 rx 4096\n$ ethtool -g p1p1\n{RING.replace('256', '4096', 1)}"
    found = read([("paste", text.encode())])
    (one,) = found.contradictions
    assert (one.name, one.subject, one.earlier, one.later) == ("nic.ring_rx", "p1p1", "256", "4096")
    assert (one.earlier_at, one.later_at) == ("paste:2", "paste:11")
    assert value(text, "nic.ring_rx", "p1p1") == 4096


def test_the_same_twice_contradicts_nothing() -> None:
    assert read([("a", RING.encode()), ("b", (RING + "\n").encode())]).contradictions == ()
    (problem,) = read([("a", RING.encode()), ("b", RING.encode())]).refusals
    assert problem.message == "b: the same as a"


DOMAIN = """<domain type='kvm'>
  <name>a</name>
  <vcpu>4</vcpu>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='none'/>
      <target dev='vda' bus='virtio'/>
      <iotune><total_iops_sec>300</total_iops_sec></iotune>
    </disk>
    <interface type='network'><source network='n'/><model type='rtl8139'/></interface>
    <hostdev type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>
    <iommu model='intel'/>
    <memballoon model='virtio' freePageReporting='on'/>
  </devices>
</domain>
"""


def test_a_definition_cut_off_anywhere_says_nothing_else_than_the_whole() -> None:
    whole = {(fact.name, fact.subject): fact.value for fact in facts_of(DOMAIN)}
    for end in range(20, len(DOMAIN), 7):
        for fact in facts_of(DOMAIN[:end]):
            assert whole[fact.name, fact.subject] == fact.value, DOMAIN[:end][-30:]
    assert ("vm_disk.iops_max", "a/vda") in whole


def facts_of(text: str) -> list[Fact]:
    found = read([("x", text.encode())])
    return [fact for one in found.machines for fact in one.facts if isinstance(fact, Fact)]


def test_devices_alone_give_their_facts_and_none_of_a_guest() -> None:
    start, end = DOMAIN.index("    <disk"), DOMAIN.index("  </devices>")
    found = facts_of(DOMAIN[start:end])
    assert {("vm_disk.iops_max", 300), ("vm_nic.model", "rtl8139")} <= {(fact.name, fact.value) for fact in found}
    assert not [fact for fact in found if fact.name.startswith("vm.")]


@pytest.mark.parametrize("seed", range(20))
def test_a_paste_cut_at_random_lines_gives_a_subset(seed: int) -> None:
    choice = random.Random(seed)
    lines = PASTE.splitlines(keepends=True)
    first, last = sorted(choice.sample(range(len(lines) + 1), 2))
    whole = {(fact.name, fact.subject) for fact in facts_of(PASTE)}
    settings = [fact for fact in facts_of("".join(lines[first:last])) if fact.name.startswith("nic.ring")]
    assert {(fact.name, fact.subject) for fact in settings} <= whole
    assert all(fact.value in (256, 4096) for fact in settings)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (bytes(range(256)) * 20, "a binary file"),
        (b"Architektur:           x86_64\nCPU(s):   4\nListe der Online-CPU(s):  0-3\n", "lscpu in another language"),
        (b"<!DOCTYPE html>\n<html></html>\n", "a web page"),
        (b"------------------\nClient connecting to 10.0.0.1, TCP port 5001\nTCP window size: 85.0 KByte\n", "iperf 2"),
    ],
)
def test_what_is_not_read_is_named_with_what_to_do(data: bytes, what: str) -> None:
    found = read([("x", data)])
    (problem,) = found.refusals
    assert what in problem.message and problem.hint
    assert not found.read_any


@pytest.mark.parametrize(
    "line", [LSCPU, RING, "<domain>\n", '{"Id": 1}\n', "x\n", "$ lscpu\n", "CPU(s): 1 " + "x" * 500 + "\n"]
)
def test_many_lines_of_anything_take_time_in_proportion(line: str) -> None:
    """Each of these 4,000 lines could begin an output: what looked at all others for each would take minutes."""
    started = time.process_time()
    read([("x", (line * (4_000 // line.count("\n"))).encode())])
    assert time.process_time() - started < 10


def test_json_that_begins_with_brackets_on_lines_of_their_own_is_known(data: Path) -> None:
    file = data / "guests/podman-measured.json"
    (machine,) = read([(file.name, file.read_bytes())]).machines
    assert machine.facts.value("container.can_lock", "measured") is True


@pytest.mark.parametrize("start", ["<domain>\n", "<?xml version='1.0'?>\n", "<domain><devices>"])
@pytest.mark.parametrize("piece", ["<!--", "<?", "<a "])
def test_a_document_that_does_not_end_does_not_take_the_square_of_its_length(start: str, piece: str) -> None:
    started = time.process_time()
    read([("x.xml", f"{start}{piece * (200_000 // len(piece))}".encode())])
    assert time.process_time() - started < 10  # milliseconds; minutes where it does


COALESCE = "Coalesce parameters for ens2:\nAdaptive RX: on  TX: off\nrx-usecs: 16\n"


@pytest.mark.parametrize("prompt", ["[test@gate ~]$", "$"])
@pytest.mark.parametrize("command", ["ssh node9 sudo ethtool -c ens2", "ssh -p 22 -i key root@node9 'ethtool -c ens2'"])
def test_what_another_machine_prints_is_that_machines(command: str, prompt: str) -> None:
    text = f"{prompt} {command}\n{COALESCE}{prompt} lscpu\n{LSCPU}"
    found = {one.name: one.facts for one in read([("x", text.encode())]).machines}
    assert found["node9"].value("nic.rx_usecs", "ens2") == 16 and found["node9"].value("cpu.online_count") is None
    assert found["" if prompt == "$" else "gate"].value("cpu.online_count") == 4


@pytest.mark.parametrize("host", ["root@build:~", ""])
def test_what_a_container_prints_is_not_the_hosts(host: str) -> None:
    inside = "docker run --rm image cat /proc/self/cgroup\n12:pids:/docker/7a1d2e44f6ec\n"
    found = read([("x", f"{host}# cat /proc/self/cgroup\n12:pids:/user/0\n{host}# {inside}".encode())])
    assert not found.contradictions
    values = {one.name: one.facts.value("environment.container_engine") for one in found.machines}
    assert values == {"build" if host else "": "none", "container": "docker"}


BRIDGE = """00:1c.4 PCI bridge: Example Root Port #5 (rev d5) (prog-if 00 [Normal decode])
\tBus: primary=00, secondary=05, subordinate=05, sec-latency=0
\tCapabilities: [40] Express (v2) Root Port (Slot+), MSI 00
\t\tLnkCap:\tPort #5, Speed 5GT/s, Width x4, ASPM not supported
\t\tLnkSta:\tSpeed 5GT/s (ok), Width x1 (downgraded)
"""
DISK = """05:00.0 Non-Volatile memory controller: Example NVMe SSD Controller (prog-if 02 [NVM Express])
\tCapabilities: [70] Express (v2) Endpoint, MSI 00
\t\tLnkCap:\tPort #0, Speed 8GT/s, Width x4, ASPM L1, Exit Latency L1 <64us
\t\tLnkSta:\tSpeed 5GT/s (downgraded), Width x1 (downgraded)
"""


def test_functions_in_several_outputs_of_lspci_are_read_together() -> None:
    text = f"# lspci -s 05:00.0 -vv\n{DISK}# lspci -s 00:1c.4 -vv\n{BRIDGE}"
    assert value(text, "pci.upstream_port", "0000:05:00.0") == "0000:00:1c.4"
    (machine,) = read([("x", text.encode())]).machines
    assert {fact.source for fact in machine.facts if fact.subject == "0000:00:1c.4"} == {"x:7"}


def test_a_function_that_is_in_two_outputs_is_read_in_each() -> None:
    after = DISK.replace("Width x1", "Width x4")
    assert value(f"# lspci -vv\n{DISK}# lspci -vv\n{after}", "pci.link_width", "0000:05:00.0") == 4


def test_statistics_without_a_name_are_of_the_one_interface_named_before_them() -> None:
    link = "2: eth7: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP\n    link/ether 02:00:5e:00:53:11\n"
    other = link.replace("2: eth7", "3: eth8")
    assert value(f"{link}\n{STATISTICS}", "nic.rx_missed", "eth7") == 2737033
    assert value(f"{link}{other}\n{STATISTICS}", "nic.rx_missed", "eth7") is None


def test_what_the_name_of_a_disk_tells_is_known_from_any_of_its_files() -> None:
    text = "$ cat /sys/block/sda/queue/scheduler\nnoop deadline [cfq]\n$ cat /sys/block/sr0/queue/scheduler\n[cfq]\n"
    assert value(text, "block.is_optical", "sda") is False and value(text, "block.is_optical", "sr0") is True
    assert value(text, "block.is_virtual", "sda") is None
