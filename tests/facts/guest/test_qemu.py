"""A running QEMU's command line: one that really ran, each way of writing an option, and noise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.guest import guest, qemu_options
from perfadvisor.facts.guest import qemu as guest_qemu
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree


@pytest.fixture
def ran(data):
    entries = {
        "/proc/1/comm": b"systemd\n",
        "/proc/42/cmdline": (data / "guests" / "qemu-planned.cmdline").read_bytes(),
        "/proc/42/smaps_rollup": (data / "guests" / "qemu-planned.smaps_rollup").read_bytes(),
        "/proc/43/cmdline": b"bash\0-c\0qemu-system-x86_64 -m 1G\0",
        "/sys/devices/system/cpu/online": b"0-1\n",
    }
    return FactTable(guest.facts(Tree(entries)))


def of(*words):
    return guest_qemu.of_argv(("qemu-system-x86_64", *words), "/proc/7/cmdline")


def test_options_without_a_value_take_none_of_the_next():
    """As libvirt writes them: a lost -mem-path looks like a guest on small pages."""
    guest = of("-mem-prealloc", "-mem-path", "/dev/hugepages/qemu", "-no-hpet", "-smp", "4", "-new-flag", "-m", "2048")
    assert guest.pages is not None
    assert (guest.vcpus, guest.memory_bytes) == (4, 2 << 30)


def test_a_format_that_is_not_said_is_unknown():
    """QEMU looks into the file then; a node without a layer above its file is raw."""
    plain = of("-drive", "file=a.qcow2,if=none,id=d0", "-device", "virtio-blk-pci,drive=d0")
    node = of("-blockdev", "driver=host_device,node-name=n0,filename=/dev/sdb", "-device", "virtio-blk-pci,drive=n0")
    assert [one.disks[0].format for one in (plain, node)] == [None, "raw"]


def test_one_that_ran(ran):
    assert ran.subjects("vm") == ("planned",)
    assert ran.value("vm.vcpus", "planned") == 4
    assert ran.value("vm.memory_bytes", "planned") == 512 << 20
    assert ran.value("vm.hypervisor", "planned") == "qemu"
    assert ran.value("vm.emulated", "planned") is True
    assert ran.value("vm.threads_per_core", "planned") == 2
    assert ran.value("vm.cpu_mode", "planned") == "maximum"
    assert ran.value("vm.iothread_count", "planned") == 2
    assert ran.value("vm.iommu", "planned") == "intel"
    assert ran.value("vm.balloon", "planned") == "virtio"
    assert ran.value("vm.uuid", "planned") == "6f1c1d7e-0c9a-4f0e-9c6f-2b1f0a5d7e11"
    assert ran.value("guests.vcpus_per_cpu") == 2.0


def test_its_disks(ran):
    assert ran.subjects("vm_disk") == ("planned/d1", "planned/disk0")
    first = {name: ran.value(f"vm_disk.{name}", "planned/disk0") for name in ("bus", "cache", "io", "queues", "format")}
    assert first == {"bus": "virtio", "cache": "none", "io": "native", "queues": 4, "format": "raw"}
    assert ran.value("vm_disk.source", "planned/disk0") == "a.img"
    assert ran.value("vm_disk.iothreads", "planned/disk0") == "io1"
    assert ran.value("vm_disk.serial", "planned/disk0") == "S-0"
    second = {
        name: ran.value(f"vm_disk.{name}", "planned/d1") for name in ("bus", "cache", "io", "queues", "iothreads")
    }
    assert second == {"bus": "scsi", "cache": "writeback", "io": "threads", "queues": 2, "iothreads": "io2"}


def test_its_network_devices(ran):
    assert ran.of("vm_nic.model") == {"planned/nic0": "virtio", "planned/nic1": "e1000e"}
    assert ran.value("vm_nic.mac", "planned/nic0") == "52:54:00:12:34:56"
    assert ran.of("vm_nic.vhost") == {"planned/nic0": False, "planned/nic1": False}


def test_vfio_functions_and_vhost():
    found = of(
        *("-enable-kvm", "-device", "vfio-pci,host=81:00.0"),
        *("-device", "vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:82:00.1"),
        *("-netdev", "tap,id=n0,ifname=tap7,vhost=on,queues=4", "-device", "virtio-net-pci,netdev=n0,mq=on"),
    )
    assert [device.address for device in found.assigned] == ["0000:81:00.0", "0000:82:00.1"]
    assert found.hypervisor == "kvm"
    assert (found.nics[0].target, found.nics[0].vhost, found.nics[0].queues) == ("tap7", True, 4)


BOUND = "size=4G,policy=bind"


def test_memory_behind_nodes():
    found = of(
        *("-m", "8G", "-smp", "4"),
        *("-object", f"memory-backend-file,id=m0,{BOUND},mem-path=/dev/hugepages,host-nodes=0"),
        *("-object", f"memory-backend-ram,id=m1,{BOUND},host-nodes=1"),
        *("-numa", "node,nodeid=0,cpus=0-1,memdev=m0", "-numa", "node,nodeid=1,cpus=2-3,memdev=m1"),
    )
    assert [cell.memory_bytes for cell in found.cells] == [4 << 30, 4 << 30]
    assert found.cell_nodes == {"0": ("strict", "0"), "1": ("strict", "1")}
    assert found.pages is not None


@pytest.mark.parametrize(
    ("words", "vcpus"),
    [((), 1), (("-smp", "4"), 4), (("-smp", "cpus=6,sockets=2"), 6), (("-smp", "sockets=2,cores=3,threads=2"), 12)],
)
def test_ways_to_say_how_many_cpus(words, vcpus):
    assert of(*words).vcpus == vcpus


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ((), 128 << 20),
        (("-m", "512"), 512 << 20),
        (("-m", "2G"), 2 << 30),
        (("-m", "size=1G,slots=2,maxmem=4G"), 1 << 30),
    ],
)
def test_ways_to_say_how_much_memory(words, size):
    assert of(*words).memory_bytes == size


def test_the_drive_of_old_scripts():
    found = of("-drive", "file=/srv/a,,b.img,if=virtio,cache=none,aio=io_uring,format=qcow2")
    disk = found.disks[0]
    assert (disk.bus, disk.cache, disk.io, disk.format, disk.source) == (
        "virtio",
        "none",
        "io_uring",
        "qcow2",
        "/srv/a,b.img",
    )


def test_iothreads_for_each_queue():
    mapping = '{"driver":"virtio-blk-pci","drive":"d","iothread-vq-mapping":[{"iothread":"a"},{"iothread":"b"}]}'
    found = of("-blockdev", "driver=file,node-name=d,filename=/x", "-device", mapping)
    assert found.disks[0].iothreads == ("a", "b")


def test_without_a_name_the_process_stands_for_it():
    assert of().name == "qemu-7"
    assert of("-name", "guest=a,debug-threads=on").name == "a"
    assert of("-name", "b").name == "b"


@given(st.lists(st.text(max_size=30), max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_words_are_some_guest(words):
    found = guest_qemu.of_argv(("qemu-system-x86_64", *words), "x")
    list(guest.of_guest(found))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_command_line_is_some_guest(data):
    option = data.draw(
        st.sampled_from(["-device", "-drive", "-blockdev", "-netdev", "-object", "-numa", "-smp", "-m", "-cpu"])
    )
    value = data.draw(st.text(alphabet='abcdriver=,.{}[]":0123456789-', max_size=60))
    found = guest_qemu.of_argv(("qemu-system-x86_64", option, value, option, "{" + value), "x")
    list(guest.of_guest(found))


def test_nesting_and_loops_have_an_end():
    deep = "{" + '"a":{' * 3000 + "}" * 3001
    assert qemu_options.values(deep, "driver") == {}
    found = of(
        "-blockdev",
        "driver=raw,node-name=a,file=b",
        "-blockdev",
        "driver=raw,node-name=b,file=a",
        "-device",
        "virtio-blk-pci,drive=a",
    )
    assert found.disks[0].format == "raw"


@pytest.mark.parametrize(
    ("words", "local"),
    [
        (("-drive", "file=/srv/a.img,if=virtio"), True),
        (("-drive", "file=rbd:pool/a:id=x,if=virtio,format=raw"), False),
        (("-drive", "file=nbd://192.0.2.1/a,if=virtio,format=raw"), False),
        (("-drive", "file=file:/srv/a.img,if=virtio"), True),
        (("-blockdev", "driver=host_device,node-name=d,filename=/dev/sdb", "-device", "virtio-blk-pci,drive=d"), True),
        (("-blockdev", "driver=iscsi,node-name=d,portal=192.0.2.1", "-device", "virtio-blk-pci,drive=d"), False),
        (("-blockdev", "driver=nvme,node-name=d,device=0000:01:00.0", "-device", "virtio-blk-pci,drive=d"), False),
        (
            (
                *("-blockdev", "driver=rbd,node-name=p,pool=a,image=b"),
                *("-blockdev", "driver=raw,node-name=d,file=p", "-device", "virtio-blk-pci,drive=d"),
            ),
            False,
        ),
    ],
)
def test_whether_a_disk_is_a_file_or_device_of_the_host(words, local):
    assert of(*words).disks[0].local is local


@pytest.mark.parametrize(("threads", "expected"), [("2", 2), ("9" * 5000, None), ("many", None)])
def test_threads_of_a_core_are_a_number_or_absent(threads, expected):
    argv = f"qemu-system-x86_64\0-name\0a\0-smp\0sockets=1,cores=2,threads={threads}\0".encode()
    table = FactTable(guest.facts(Tree({"/proc/42/cmdline": argv})))
    assert table.value("vm.threads_per_core", "a") == expected
