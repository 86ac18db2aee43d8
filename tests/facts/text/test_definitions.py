"""Guests as Proxmox, KubeVirt and QEMU's configuration files define them: the facts they have from libvirt, too."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.facts.text import kubernetes, proxmox, qemu_config
from perfadvisor.model.fact import Fact, FactTable

PROXMOX = """agent: 1
cores: 4
cpu: host,flags=+aes
hostpci0: 0000:41:00.1,pcie=1
ide2: none,media=cdrom
memory: 4096
name: web
net0: virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1,queues=4,rate=12.5
numa: 1
scsi0: lvm:vm-100-disk-0,iothread=1,aio=native,mbps_rd=1.5,size=32G
scsihw: virtio-scsi-single
sockets: 2
virtio1: local:100/vm-100-disk-1.raw,cache=unsafe

[before-upgrade]
cores: 1
net0: e1000=BC:24:11:00:00:01,bridge=vmbr0
"""


def table(facts) -> FactTable:
    return FactTable(facts)


def values(found: FactTable, *wanted: tuple[str, str]) -> list[object]:
    return [found.value(*one) for one in wanted]


def test_proxmox() -> None:
    found = table(proxmox.facts(PROXMOX.encode()))
    names = ("vm.vcpus", "vm.memory_bytes", "vm.cpu_mode", "vm.owner", "vm.numa_cells", "vm.iothread_count")
    assert values(found, *((name, "web") for name in names)) == [8, 4 << 30, "host-passthrough", "proxmox", 2, 1]
    nic = ("model", "queues", "vhost", "connected_to", "inbound_bytes_per_s_max")
    assert values(found, *((f"vm_nic.{name}", "web/net0") for name in nic)) == ["virtio", 4, True, "vmbr1", 12_500_000]
    disk = ("cache", "io", "bytes_per_s_max", "controller")
    assert values(found, *((f"vm_disk.{name}", "web/scsi0") for name in disk)) == [
        "none",
        "native",
        1_572_864,
        "virtio-scsi",
    ]
    assert values(found, ("vm_disk.cache", "web/virtio1"), ("vm_disk.format", "web/virtio1")) == ["unsafe", "raw"]
    assert found.value("vm_hostdev.pci_address", "web/0000:41:00.1") == "0000:41:00.1"
    assert found.value("vm.running", "web") is None


def test_of_proxmox_what_is_not_written_down_is_not_known() -> None:
    found = table(proxmox.facts(b"name: a\nscsi0: local:vm-1-disk-0\nscsihw: virtio-scsi-pci\n"))
    assert values(found, ("vm_disk.format", "a/scsi0"), ("vm.cpu_model", "a")) == [None, None]


@pytest.mark.parametrize("line", PROXMOX.splitlines()[:14])
def test_proxmox_without_any_one_line(line: str) -> None:
    """Nothing of what is left changes but what the line was about."""
    rest = PROXMOX.replace(f"{line}\n", "", 1)
    subjects = {fact.subject for fact in proxmox.facts(rest.encode()) if isinstance(fact, Fact)}
    assert any(subject.endswith(("/net0", "/scsi0")) for subject in subjects)


@pytest.mark.parametrize("text", ["", "memory: 512\n", "net0\n", "scsi: x\n"])
def test_proxmox_without_devices_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no disk and no network device"):
        list(proxmox.facts(text.encode()))


VM = """apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: a}
spec:
  template:
    spec:
      domain:
        cpu: {sockets: 2, cores: 3, threads: 1, model: Haswell}
        memory: {guest: 2Gi, hugepages: {pageSize: 2Mi}}
        devices:
          networkInterfaceMultiqueue: true
          disks:
          - {name: root, disk: {bus: virtio}, io: native}
          - {name: seed, cdrom: {bus: sata}}
          interfaces:
          - {name: default, masquerade: {}}
          - {name: fast, sriov: {}}
"""


def test_kubevirt() -> None:
    found = table(kubernetes.facts(VM.encode()))
    names = ("vm.vcpus", "vm.memory_bytes", "vm.cpu_model", "vm.owner", "vm.hugepage_share")
    assert values(found, *((name, "a") for name in names)) == [6, 2 << 30, "Haswell", "kubevirt", 1.0]
    assert values(found, ("vm_disk.bus", "a/root"), ("vm_disk.io", "a/root")) == ["virtio", "native"]
    assert values(found, ("vm_nic.model", "a/nic0"), ("vm_nic.queues", "a/nic0")) == ["virtio", 6]


def test_of_kubevirt_a_bus_that_is_not_written_down_is_not_known() -> None:
    found = table(kubernetes.facts(VM.replace("disk: {bus: virtio}", "disk: {}").encode()))
    assert found.value("vm_disk.bus", "a/root") is None


CONFIG = """# Machine
[machine]
type = "q35"
accel = "kvm"
[memory]
size = "2048M"
[smp-opts]
cpus = "2"
[object "mem0"]
qom-type = "memory-backend-memfd"
size = "2048M"
host-nodes = "1"
policy = "bind"
hugetlb = "on"
[device "scsi"]
driver = "virtio-scsi-pci"
[drive "root"]
file = "/a,b.img"
format = "raw"
if = "none"
cache = "none"
[device "disk"]
driver = "scsi-hd"
bus = "scsi.0"
drive = "root"
"""


def test_a_configuration_file_of_qemu() -> None:
    found = table(qemu_config.facts(CONFIG.encode()))
    names = ("vm.vcpus", "vm.memory_bytes", "vm.machine", "vm.memory_nodes", "vm.hugepage_share")
    assert values(found, *((name, "guest") for name in names)) == [2, 2 << 30, "q35", "1", 1.0]
    assert values(found, ("vm_disk.cache", "guest/disk"), ("vm_disk.source", "guest/disk")) == ["none", "/a,b.img"]


@pytest.mark.parametrize("text", ["", "[machine]\n", 'key = "value"\n', "\0" * 50])
def test_a_configuration_file_without_sections_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no section"):
        list(qemu_config.facts(text.encode()))
