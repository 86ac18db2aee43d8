"""A small host with two nodes and one guest of libvirt, whose definition says what a case's facts say."""

from collections.abc import Iterator, Mapping

from perfadvisor.facts.guest.guest import DEFINED
from perfadvisor.model.fact import Scalar
from perfadvisor.model.tree import Entry
from perfadvisor.settings.definitions.domain import with_value
from perfadvisor.settings.rehearsal.policies import FUNCTION

GUEST = "guest"
DISK, INTERFACE, ASSIGNED = f"{GUEST}/vda", f"{GUEST}/vnet0", f"{GUEST}/{FUNCTION}"
DOMAIN = f"""<domain type='kvm'>
  <name>{GUEST}</name>
  <memory unit='b'>4294967296</memory>
  <vcpu>4</vcpu>
  <os><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>
  <cputune>
    <vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/>
    <vcpupin vcpu='2' cpuset='2'/><vcpupin vcpu='3' cpuset='3'/>
  </cputune>
  <numatune><memory mode='strict' nodeset='1'/></numatune>
  <devices>
    <controller type='scsi' index='0' model='virtio-scsi'/>
    <disk type='block' device='disk'><source dev='/dev/sdz'/><target dev='vda' bus='virtio'/></disk>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:01'/><source bridge='br0'/><target dev='vnet0'/><model type='virtio'/>
    </interface>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>
    </hostdev>
  </devices>
</domain>
"""
HOST: Mapping[str, Entry] = {
    "/sys/devices/system/cpu/online": b"0-7\n",
    "/sys/devices/system/node/online": b"0-1\n",
    "/sys/devices/system/node/node0/cpulist": b"0-3\n",
    "/sys/devices/system/node/node1/cpulist": b"4-7\n",
    "/proc/meminfo": b"MemTotal: 16000000 kB\nHugePages_Total: 0\nHugePages_Free: 0\nHugepagesize: 2048 kB\n",
    "/proc/sys/vm/nr_hugepages": b"0\n",
    f"/sys/bus/pci/devices/{FUNCTION}/numa_node": b"1\n",
    f"/sys/bus/pci/devices/{FUNCTION}/local_cpulist": b"4-7\n",
}
DEVICE, CARD = "devices/disk[1]", "devices/interface[1]"
# Where a fact stands; "{}" is its value.
STANDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "vm.hypervisor": (("@type", "{}"),),
    "vm.cpu_mode": (("cpu/@mode", "{}"),),
    "vm.cpu_model": (("cpu/model", "{}"),),
    "vm.memory_bytes": (("memory", "{}"),),
    "vm.current_memory_bytes": (("currentMemory", "{}"), ("currentMemory/@unit", "b")),
    "vm.hard_limit_bytes": (("memtune/hard_limit", "{}"), ("memtune/hard_limit/@unit", "b")),
    "vm_disk.cache": ((f"{DEVICE}/driver/@cache", "{}"),),
    "vm_disk.io": ((f"{DEVICE}/driver/@io", "{}"),),
    "vm_disk.bus": ((f"{DEVICE}/target/@bus", "{}"),),
    "vm_nic.model": ((f"{CARD}/model/@type", "{}"),),
    "vm_nic.connection": ((f"{CARD}/@type", "{}"),),
    "vm_nic.queues": ((f"{CARD}/driver/@queues", "{}"),),
}
# What stands there where such a fact is this; a number counts as true from 1 on.
WHERE: Mapping[tuple[str, bool], tuple[tuple[str, str], ...]] = {
    ("vm.free_page_reporting", True): (
        ("devices/memballoon/@model", "virtio"),
        ("devices/memballoon/@freePageReporting", "on"),
    ),
    ("vm.iothread_shared_cpus", True): (("iothreads", "1"),),
    ("vm_disk.iothreads_mapped", True): (("iothreads", "1"), (f"{DEVICE}/driver/@iothread", "1")),
    ("vm_disk.capped", True): ((f"{DEVICE}/iotune/total_iops_sec", "1000"),),
    ("vm_nic.capped", True): ((f"{CARD}/bandwidth/inbound/@average", "1000"),),
    ("vm_nic.vhost", False): ((f"{CARD}/driver/@name", "qemu"),),
    ("vm.misplaced_cells", True): (
        ("cpu/numa/cell[@id='0']/@cpus", "0-3"),
        ("cpu/numa/cell[@id='0']/@memory", "4194304"),
        ("numatune/memnode[@cellid='0']/@mode", "strict"),
        ("numatune/memnode[@cellid='0']/@nodeset", "1"),
    ),
}


def guest(facts: Mapping[str, Scalar]) -> Iterator[tuple[str, Entry]]:
    """The host and the guest's definition."""
    text = DOMAIN
    for name, value in facts.items():
        for path, wanted in (*STANDS.get(name, ()), *WHERE.get((name, bool(value)), ())):
            if value != "default":
                text = with_value(text, f"{GUEST}/{path}", wanted.replace("{}", str(value)))
    yield from HOST.items()
    yield f"{DEFINED}/{GUEST}.xml", text.encode()
