"""libvirt's definitions: what they say, held against a host's nodes and cores; hostile XML is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.errors import InputError
from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest import libvirt as guest_libvirt
from perfadvisor.facts.text import libvirt
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Symlink, Tree

DEFINITION = b"""<domain type='kvm'>
 <name>web</name><uuid>6f1c1d7e-0c9a-4f0e-9c6f-2b1f0a5d7e11</uuid>
 <memory unit='GiB'>8</memory><currentMemory unit='GiB'>8</currentMemory>
 <vcpu placement='static'>4</vcpu><iothreads>2</iothreads>
 <cputune>
  <vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='4'/>
  <vcpupin vcpu='2' cpuset='2'/><vcpupin vcpu='3' cpuset='6'/>
  <emulatorpin cpuset='1,3'/><iothreadpin iothread='1' cpuset='2'/>
 </cputune>
 <numatune>
  <memory mode='strict' nodeset='0-1'/>
  <memnode cellid='0' mode='strict' nodeset='1'/><memnode cellid='1' mode='strict' nodeset='1'/>
 </numatune>
 <os><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>
 <cpu mode='host-passthrough'>
  <topology sockets='1' cores='4' threads='1'/>
  <numa>
   <cell id='0' cpus='0-1' memory='4' unit='GiB'/><cell id='1' cpus='2-3' memory='4' unit='GiB'/>
  </numa>
 </cpu>
 <devices>
  <disk type='file' device='disk'>
   <driver name='qemu' type='raw' cache='none' io='native' iothread='1'/>
   <source file='/srv/web.img'/><target dev='vda' bus='virtio'/><serial>S1</serial>
  </disk>
  <disk type='block' device='disk'>
   <driver name='qemu' type='raw'><iothreads><iothread id='1'/><iothread id='2'/></iothreads></driver>
   <source dev='/dev/sdb'/><target dev='vdb' bus='virtio'/>
  </disk>
  <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
  <disk type='block' device='disk'><source dev='/dev/sdc'/><target dev='sdb' bus='scsi'/></disk>
  <controller type='scsi' index='0' model='virtio-scsi'><driver queues='3' iothread='2'/></controller>
  <interface type='bridge'>
   <mac address='52:54:00:12:34:56'/><source bridge='br0'/><target dev='vnet0'/><model type='virtio'/>
   <driver name='vhost' queues='2'/>
  </interface>
  <interface type='hostdev' managed='yes'>
   <source><address type='pci' domain='0x0000' bus='0x81' slot='0x10' function='0x1'/></source>
  </interface>
  <hostdev mode='subsystem' type='pci' managed='yes'>
   <source><address domain='0x0000' bus='0x82' slot='0x00' function='0x0'/></source>
   <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
  </hostdev>
  <memballoon model='none'/>
 </devices>
</domain>"""

# Two nodes of four CPUs, two threads a core (0 and 4, 1 and 5, ...), CPUs dealt out to the nodes in turns of two.
CPU = "/sys/devices/system/cpu/cpu"
HOST = {
    "/sys/devices/system/node/node0/cpulist": b"0-1,4-5\n",
    "/sys/devices/system/node/node1/cpulist": b"2-3,6-7\n",
    "/sys/devices/system/cpu/online": b"0-7\n",
    **{f"{CPU}{n}/topology/thread_siblings_list": b"%d,%d\n" % (n % 4, n % 4 + 4) for n in range(8)},
    "/sys/devices/pci0000:80/0000:82:00.0/numa_node": b"1\n",
    "/sys/bus/pci/devices/0000:82:00.0": Symlink("../../../devices/pci0000:80/0000:82:00.0"),
    "/sys/devices/pci0000:80/0000:80:01.0/net/eno1/mtu": b"1500\n",
    "/sys/devices/pci0000:80/0000:80:01.0/net/eno1/device": Symlink("../.."),
    "/sys/class/net/eno1": Symlink("../../devices/pci0000:80/0000:80:01.0/net/eno1"),
    "/sys/devices/virtual/net/br0/brif/eno1": Symlink("../../../../pci0000:80/0000:80:01.0/net/eno1/brport"),
    "/sys/devices/virtual/net/br0/brif/vnet0": Symlink("../../vnet0/brport"),
    "/sys/class/net/br0": Symlink("../../devices/virtual/net/br0"),
    "/proc/1/comm": b"systemd\n",
}


def on_host(definition=DEFINITION, **more):
    entries = {**HOST, "/etc/libvirt/qemu/web.xml": definition, **more}
    return FactTable(guest.facts(Tree(entries)))


def alone(definition=DEFINITION):
    return FactTable(libvirt.facts(definition, source="web.xml"))


def test_the_definition_alone():
    facts = alone()
    assert facts.value("vm.vcpus", "web") == 4
    assert facts.value("vm.memory_bytes", "web") == 8 << 30
    assert facts.value("vm.dedicated", "web") is True
    assert facts.value("vm.iothread_count", "web") == 2
    assert facts.value("vm.hostdev_count", "web") == 2
    assert facts.value("vm.numa_cells", "web") == 2
    assert facts.value("vm.hugepage_share", "web") == 0.0
    assert facts.value("vm.emulated", "web") is False
    assert facts.value("vm.pinned_cpus", "web") == "0,2,4,6"
    assert facts.value("vm.emulator_shared_cpus", "web") == 0
    assert facts.value("vm.iothread_shared_cpus", "web") == 1
    assert isinstance(facts.find("vm.pinned_node_count", "web"), Absent)
    assert isinstance(facts.find("vm.running", "web"), Absent)


def test_against_the_host():
    facts = on_host()
    assert facts.value("vm.vcpu_nodes", "web") == "0-1"
    assert facts.value("vm.memory_nodes", "web") == "1"
    assert facts.value("vm.pinned_node_count", "web") == 2
    assert facts.value("vm.sibling_pairs", "web") == 2  # 0 and 4, 2 and 6
    assert facts.value("vm.threads_per_core", "web") == 1
    assert facts.value("vm.misplaced_cells", "web") == 1  # cell 0: vCPUs on node 0, memory on node 1
    assert facts.value("vm.memory_on_vcpu_nodes", "web") is True
    assert facts.value("vm.running", "web") is False
    assert facts.value("guests.running_count") == 0


def test_devices():
    facts = on_host()
    assert facts.subjects("vm_disk") == ("web/sdb", "web/vda", "web/vdb")
    assert facts.subjects("vm_removable") == ("web/sda",)
    assert facts.value("vm_disk.io", "web/vda") == "native"
    assert facts.value("vm_disk.iothreads_mapped", "web/vda") == 1
    assert facts.value("vm_disk.iothreads_mapped", "web/vdb") == 2
    assert facts.value("vm_disk.queues", "web/vda") == 4  # one a vCPU since QEMU 5.2
    assert facts.value("vm_disk.queues_asked", "web/vda") is None
    assert (facts.value("vm_disk.queues", "web/sdb"), facts.value("vm_disk.iothreads", "web/sdb")) == (3, "2")
    assert facts.value("vm_nic.vhost", "web/vnet0") is True
    assert facts.value("vm_nic.queues", "web/vnet0") == 2
    assert facts.value("vm_nic.source_nic", "web/vnet0") == "eno1"
    assert facts.subjects("vm_nic") == ("web/vnet0",)  # a function that was given away is no virtual device
    assert facts.subjects("vm_hostdev") == ("web/0000:81:10.1", "web/0000:82:00.0")
    assert facts.value("vm_hostdev.on_guest_node", "web/0000:82:00.0") is True
    assert facts.value("vm_hostdev.on_guest_node", "web/0000:81:10.1") is None
    assert facts.value("vm_hostdev.guest_address", "web/0000:82:00.0") == "0000:05:00.0"


@pytest.mark.parametrize(
    ("machine", "queues"),
    [
        ("pc-q35-9.0", 4),
        ("pc-i440fx-5.2", 4),
        ("pc-q35-5.1", 1),
        ("virt-6.2", 4),
        ("pc-i440fx-rhel7.6.0", 1),
        ("pc-q35-rhel9.4.0", 4),
        ("pc-q35-rhel8.6.0", None),
        ("q35", None),
    ],
)
def test_queues_nobody_asked_for_depend_on_the_machine_type(machine, queues):
    facts = alone(DEFINITION.replace(b"pc-q35-9.0", machine.encode()))
    assert facts.value("vm_disk.queues", "web/vda") == queues


def test_huge_pages_stand_in_the_definition():
    backed = DEFINITION.replace(
        b"<os>", b"<memoryBacking><hugepages><page size='1' unit='G'/></hugepages></memoryBacking><os>"
    )
    facts = alone(backed)
    assert facts.value("vm.hugepage_share", "web") == 1.0
    assert facts.value("vm.page_size_bytes", "web") == 1 << 30


def test_a_process_tells_its_memory(data):
    rollup = (data / "guests" / "qemu-planned.smaps_rollup").read_bytes()
    status = b"<domstatus state='running' pid='42'>" + DEFINITION + b"</domstatus>"
    more = {"/run/libvirt/qemu/web.xml": status, "/run/libvirt/qemu/web.pid": b"42\n", "/proc/42/smaps_rollup": rollup}
    facts = on_host(**more)
    assert facts.value("vm.thp_share", "web") == pytest.approx(4096 / 41892)
    assert facts.value("vm.running", "web") is True
    assert facts.value("guests.vcpus_per_cpu") == 0.5
    assert facts.find("vm.vcpus", "web").source == "/run/libvirt/qemu/web.xml"


def test_unpinned_threads_may_run_anywhere():
    free = DEFINITION.replace(b"<emulatorpin cpuset='1,3'/>", b"").replace(
        b"<iothreadpin iothread='1' cpuset='2'/>", b""
    )
    facts = alone(free)
    assert facts.value("vm.emulator_shared_cpus", "web") == 4
    assert facts.value("vm.iothread_shared_cpus", "web") == 4


def test_several_guests_in_one_file_and_other_things_called_domain():
    other = DEFINITION.replace(b"web", b"db")
    facts = alone(b"<node>" + DEFINITION + other + b"<network><domain name='x'/></network></node>")
    assert facts.subjects("vm") == ("db", "web")


@pytest.mark.parametrize(
    "text",
    [
        b"<!DOCTYPE domain [<!ENTITY a 'ha'>]><domain><name>&a;</name></domain>",
        b"<?xml version='1.0'?><!DOCTYPE d SYSTEM 'file:///etc/passwd'><domain><name>x</name></domain>",
        b"<domain><name>&undefined;</name></domain>",
        b"<a>" * 5000,
        b"<a>" * 200 + b"</a>" * 200,
        b"<domain><name>cut off",
        b"<?xml version='1.0' encoding='no-such'?><domain/>",
        b"<network><name>default</name></network>",
        b"",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_hostile_or_no_definition_is_one_clear_error(text):
    with pytest.raises(InputError):
        alone(text)


def test_an_entity_bomb_costs_nothing():
    bomb = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
        b"<!ENTITY b%d '%s'>" % (n, b"&%s;" % (b"a" if not n else b"b%d" % (n - 1)) * 10) for n in range(12)
    )
    with pytest.raises(InputError, match="document type"):
        alone(bomb + b"]><domain><name>&b11;</name></domain>")


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_facts_or_one_error(noise):
    try:
        list(libvirt.facts(noise))
    except InputError as error:
        assert error.message


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_definition_gives_facts_or_one_error(draw):
    at = draw.draw(st.integers(0, len(DEFINITION)))
    patch = draw.draw(
        st.sampled_from([b"", b"\0", b"99999999999999999999999", b"-1", b"'", b"<", b"\xff", b"0-99999999999"])
    )
    length = draw.draw(st.integers(0, 12))
    damaged = DEFINITION[:at] + patch + DEFINITION[at + length :]
    list(guest.facts(Tree({**HOST, "/etc/libvirt/qemu/web.xml": damaged})))  # a damaged one is left out
    try:
        facts = alone(damaged)
    except InputError:
        return
    assert all((facts.value("vm.memory_bytes", one) or 0) < 1 << 64 for one in facts.subjects("vm"))


def test_a_test_drivers_guest_reads_as_it_was_written():
    native = pytest.importorskip("libvirt")
    connection = native.open("test:///default")
    text = connection.lookupByName("test").XMLDesc().encode()
    found = guest_libvirt.parse(text, "test")[0]
    assert (found.name, found.vcpus, found.memory_bytes) == ("test", 2, 8 << 30)
    connection.close()


def test_a_disk_that_qemu_does_not_serve_has_no_count_of_io_threads():
    disk = "<disk type='{}'><target dev='vda' bus='virtio'/></disk>"
    for kind, mapped in (("vhostuser", None), ("vhostvdpa", None), ("file", 0)):
        xml = f"<domain type='kvm'><name>web</name><devices>{disk.format(kind)}</devices></domain>"
        assert FactTable(libvirt.facts(xml.encode())).value("vm_disk.iothreads_mapped", "web/vda") == mapped


@pytest.mark.parametrize(
    ("kind", "local"),
    [("file", True), ("block", True), ("network", False), ("nvme", False), ("vhostuser", False), ("volume", None)],
)
def test_whether_a_disk_is_a_file_or_device_of_the_host(kind, local):
    disk = f"<disk type='{kind}'><target dev='vda' bus='virtio'/></disk>"
    given = alone(f"<domain type='kvm'><name>one</name><devices>{disk}</devices></domain>".encode())
    assert given.value("vm_disk.is_local", "one/vda") is local
