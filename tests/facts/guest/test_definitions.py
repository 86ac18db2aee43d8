"""Controllers, caps, block chains, models, sharing and owners: what two ways of writing a guest say of it."""

import json

import pytest

from perfadvisor.facts.guest import guest, libvirt, qemu
from perfadvisor.model.fact import Absent, FactTable


def run(*words, program="qemu-system-x86_64"):
    """The facts of a command line."""
    return FactTable(guest.of_guest(qemu.of_argv((program, "-name", "g", *words), "here")))


def defined(devices="", more="", machine="pc-q35-9.0"):
    """The facts of a libvirt definition."""
    text = (
        f"<domain type='kvm'><name>g</name>{more}<os><type arch='x86_64' machine='{machine}'>hvm</type></os>"
        f"<devices>{devices}</devices></domain>"
    )
    return FactTable(guest.of_guest(libvirt.parse(text.encode(), "here")[0]))


def disk(table, name):
    subject = next(iter(table.of("vm_disk.domain")))
    return table.value(f"vm_disk.{name}", subject)


@pytest.mark.parametrize(
    ("program", "words", "emulated"),
    [
        ("/usr/bin/kvm", (), False),
        ("/usr/libexec/qemu-kvm", ("-cpu", "host"), False),
        ("qemu-system-x86_64", (), True),
        ("qemu-system-x86_64", ("-cpu", "host,+x2apic"), False),
        ("qemu-system-x86_64", ("-accel", "kvm:tcg"), False),
        ("qemu-system-x86_64", ("-accel", "kvm", "-accel", "tcg"), False),
        ("/usr/bin/kvm", ("-accel", "tcg"), True),
        ("/usr/bin/kvm", ("-machine", "pc,accel=tcg"), True),
        ("qemu-system-aarch64", ("-accel", "hvf"), False),
    ],
)
def test_what_runs_the_cpus(program, words, emulated):
    assert run(*words, program=program).value("vm.emulated", "g") is emulated


THROTTLED = {
    "driver": "throttle",
    "throttle-group": "t",
    "node-name": "top",
    "file": {
        "driver": "qcow2",
        "file": {"driver": "file", "filename": "/a.qcow2", "aio": "io_uring", "cache": {"direct": True}},
    },
}
GROUP = {"qom-type": "throttle-group", "id": "t", "limits": {"iops-total": 500, "bps-read": 0, "bps-write": 1000}}


@pytest.mark.parametrize(
    "blocks",
    [
        ("-blockdev", json.dumps(THROTTLED)),
        (
            "-blockdev",
            "driver=file,node-name=f,filename=/a.qcow2,aio=io_uring,cache.direct=on",
            "-blockdev",
            "driver=qcow2,node-name=q,file=f",
            "-blockdev",
            "driver=throttle,node-name=top,throttle-group=t,file=q",
        ),
    ],
)
def test_a_filter_over_a_format_over_a_file(blocks):
    table = run("-object", json.dumps(GROUP), *blocks, "-device", "virtio-blk-pci,drive=top,id=d")
    assert [disk(table, name) for name in ("format", "cache", "io", "source")] == [
        "qcow2",
        "none",
        "io_uring",
        "/a.qcow2",
    ]
    assert [disk(table, name) for name in ("capped", "iops_max", "bytes_per_s_max")] == [True, 500, 1000]


@pytest.mark.parametrize(
    ("drive", "format", "cache", "capped"),
    [
        ("file=/a,format=raw,if=none,id=d,cache=unsafe", "raw", "unsafe", False),
        ("file=/a,if=none,id=d,throttling.iops-total=100", None, None, True),
        ("file=/a,format=qcow2,if=none,id=d,iops=100,bps=0", "qcow2", None, True),
        ("driver=qcow2,file.driver=file,file.filename=/a,if=none,id=d,cache.direct=on", "qcow2", "none", False),
    ],
)
def test_drives(drive, format, cache, capped):
    table = run("-drive", drive, "-device", "virtio-blk-pci,drive=d,id=x")
    assert disk(table, "format") == format and disk(table, "capped") is capped
    assert disk(table, "cache") == (cache or "default")


@pytest.mark.parametrize(
    ("node", "device", "mode"),
    [
        ("cache.direct=on", "", "none"),
        ("cache.direct=on", ",write-cache=off", "directsync"),
        ("cache.direct=off", "", "writeback"),
        ("cache.direct=off", ",write-cache=off", "writethrough"),
        ("cache.direct=on,cache.no-flush=on", "", "unsafe"),
        ("read-only=off", "", "default"),
    ],
)
def test_cache_modes(node, device, mode):
    words = ("-blockdev", f"driver=host_device,node-name=n,filename=/dev/sdb,{node}")
    table = run(*words, "-device", f"virtio-blk-pci,drive=n{device}")
    assert disk(table, "cache") == mode and disk(table, "format") == "raw"


@pytest.mark.parametrize(
    ("controller", "model", "paravirtual"),
    [
        ("virtio-scsi-pci", "virtio-scsi", True),
        ("virtio-scsi-pci-non-transitional", "virtio-scsi", True),
        ("lsi", "lsilogic", False),
        ("megasas", "megasas", False),
        ("pvscsi", "pvscsi", False),
        ("mptsas1068", "lsisas1068", False),
    ],
)
def test_a_scsi_disk_is_as_good_as_its_controller(controller, model, paravirtual):
    table = run("-drive", "file=/a,if=none,id=d", "-device", f"{controller},id=s", "-device", "scsi-hd,bus=s.0,drive=d")
    assert disk(table, "controller") == model and disk(table, "paravirtual") is paravirtual
    stated = {"virtio-scsi-pci": "virtio-scsi", "virtio-scsi-pci-non-transitional": "virtio-non-transitional"}
    written = stated.get(controller, model)
    table = defined(
        "<disk type='file' device='disk'><target dev='sda' bus='scsi'/></disk>"
        f"<controller type='scsi' index='0' model='{written}'/>"
    )
    assert disk(table, "controller") == model and disk(table, "paravirtual") is paravirtual


@pytest.mark.parametrize(("machine", "model"), [("pc-i440fx-6.2", "lsilogic"), ("pc-q35-9.0", None)])
def test_a_controller_nobody_chose_depends_on_the_machine(machine, model):
    table = defined("<disk type='file' device='disk'><target dev='sda' bus='scsi'/></disk>", machine=machine)
    assert disk(table, "controller") == model and disk(table, "paravirtual") is (False if model else None)


@pytest.mark.parametrize(
    ("words", "model", "kind"),
    [
        (("-device", "virtio-net-pci-transitional,netdev=n", "-netdev", "tap,id=n,ifname=t0"), "virtio", "tap"),
        (("-device", "rtl8139,netdev=n", "-netdev", "user,id=n"), "rtl8139", "user"),
        (("-nic", "tap,model=e1000,ifname=t0"), "e1000", "tap"),
        (("-net", "nic,model=ne2k_pci", "-net", "user"), "ne2k_pci", "user"),
        (("-net", "nic", "-net", "tap,ifname=t0"), None, "tap"),
    ],
)
def test_network_devices(words, model, kind):
    table = run(*words)
    subject = next(iter(table.of("vm_nic.domain")))
    assert table.value("vm_nic.model", subject) == model and table.value("vm_nic.connection", subject) == kind
    paravirtual = None if model is None else model == "virtio"
    assert table.value("vm_nic.paravirtual", subject) is paravirtual


def test_no_network_device_is_none():
    assert not run("-nic", "none").of("vm_nic.domain") and not run("-net", "none").of("vm_nic.domain")


def test_limits_of_a_definition():
    table = defined(
        "<disk type='file' device='disk'><target dev='vda' bus='virtio'/>"
        "<iotune><read_iops_sec>900</read_iops_sec><write_iops_sec>300</write_iops_sec>"
        "<total_bytes_sec>0</total_bytes_sec></iotune></disk>"
        "<interface type='bridge'><source bridge='b'/><model type='virtio-non-transitional'/>"
        "<bandwidth><inbound average='1000' peak='5000'/><outbound average='2'/></bandwidth></interface>"
    )
    assert [disk(table, name) for name in ("capped", "iops_max", "bytes_per_s_max")] == [True, 300, None]
    assert table.value("vm_nic.inbound_bytes_per_s_max", "g/nic0") == 1024000
    assert table.value("vm_nic.outbound_bytes_per_s_max", "g/nic0") == 2048
    assert table.value("vm_nic.model", "g/nic0") == "virtio"


def test_an_io_thread_that_the_guest_has_not_serves_nothing():
    drive = "<disk type='file' device='disk'><driver name='qemu' iothread='1'/><target dev='vda' bus='virtio'/></disk>"
    assert disk(defined(drive), "iothreads_mapped") == 0
    assert disk(defined(drive, "<iothreads>1</iothreads>"), "iothreads_mapped") == 1


VHOST_USER = "<interface type='vhostuser'><source type='unix' path='/s'/><model type='virtio'/></interface>"


@pytest.mark.parametrize(
    ("backing", "shared"),
    [
        ("<memoryBacking><hugepages/></memoryBacking>", False),
        ("<memoryBacking><access mode='shared'/></memoryBacking>", True),
        ("<cpu><numa><cell cpus='0' memory='1' memAccess='shared'/></numa></cpu>", True),
        ("<cpu><numa><cell memAccess='shared'/><cell memAccess='private'/></numa></cpu>", False),
    ],
)
def test_what_another_process_serves_needs_shared_memory(backing, shared):
    table = defined(VHOST_USER, backing)
    assert table.value("vm.shared_memory_needed_by", "g") == "vhost-user network"
    assert table.value("vm.shared_memory", "g") is shared


@pytest.mark.parametrize(
    ("backend", "shared"),
    [("file,mem-path=/m", False), ("file,mem-path=/m,share=on", True), ("memfd", True), ("memfd,share=off", False)],
)
def test_on_a_command_line_the_backend_shares(backend, shared):
    table = run(
        "-object",
        f"memory-backend-{backend},id=m,size=1G",
        "-machine",
        "q35,memory-backend=m",
        "-device",
        "vhost-user-fs-pci,tag=t,chardev=c",
        "-device",
        "vhost-user-blk-pci,id=b,chardev=d",
    )
    assert table.value("vm.shared_memory_needed_by", "g") == "vhost-user disk, virtiofs"
    assert table.value("vm.shared_memory", "g") is shared
    assert isinstance(table.find("vm_disk.iothreads_mapped", "g/b"), Absent)


def test_a_mediated_device_is_an_assigned_one():
    uuid = "4b20d080-1b54-4048-85b3-a6a62d165c01"
    by_hand = run("-device", f"vfio-pci,sysfsdev=/sys/bus/mdev/devices/{uuid}")
    written = defined(
        f"<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='{uuid}'/></source></hostdev>"
    )
    for table in (by_hand, written):
        assert table.value("vm.mdev_count", "g") == 1 and table.value("vm.hostdev_count", "g") == 0
        assert table.value("vm.dedicated", "g") is True


@pytest.mark.parametrize(
    ("words", "owner"),
    [
        (("-chardev", "socket,id=q,path=/var/run/qemu-server/100.qmp"), "proxmox"),
        (("-chardev", "socket,id=q,path=/var/lib/libvirt/qemu/domain-1-g/monitor.sock"), "libvirt"),
        (("-smbios", "type=1,product=OpenStack Nova", "-chardev", "null,id=/var/lib/libvirt/q"), "nova"),
        (("-readconfig", "/run/lxd/qemu.conf"), "lxd"),
        ((), "qemu"),
    ],
)
def test_the_owner_of_a_process(words, owner):
    assert run(*words).value("vm.owner", "g") == owner


@pytest.mark.parametrize(
    ("more", "owner"),
    [
        ("", "libvirt"),
        ("<metadata><n:instance xmlns:n='http://openstack.org/xmlns/libvirt/nova/1.1'/></metadata>", "nova"),
        ("<metadata><k:kubevirt xmlns:k='http://kubevirt.io'/></metadata>", "kubevirt"),
        ("<sysinfo type='smbios'><system><entry name='product'>OpenStack Nova</entry></system></sysinfo>", "nova"),
    ],
)
def test_the_owner_of_a_definition(more, owner):
    assert defined(more=more).value("vm.owner", "g") == owner


def test_free_pages_go_back_where_it_is_asked_for():
    assert run("-device", "virtio-balloon-pci,free-page-reporting=on").value("vm.free_page_reporting", "g") is True
    assert run("-device", "virtio-balloon-pci").value("vm.free_page_reporting", "g") is False
