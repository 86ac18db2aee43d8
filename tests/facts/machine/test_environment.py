"""Bare metal, virtual machines and containers told apart, also where the marks mislead."""

import pytest

from perfadvisor.facts.machine import environment
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Symlink, Tree

DMI = "/sys/class/dmi/id"
X86 = "processor\t: 0\nflags\t\t: fpu {}\n"
PHYSICAL_CPU = {"/proc/cpuinfo": X86.format("sse")}
VIRTUAL_CPU = {"/proc/cpuinfo": X86.format("hypervisor")}
CLOCKS = "/sys/devices/system/clocksource/clocksource0/available_clocksource"
INITIAL = {"pid": 4026531836, "uts": 4026531838, "ipc": 4026531839}


def read(files, links=()):
    entries = {path: text.encode() for path, text in files.items()}
    return FactTable(environment.facts(Tree(entries | {path: Symlink(target) for path, target in links})))


def namespaces(**changed):
    return [(f"/proc/self/ns/{name}", f"{name}:[{number}]") for name, number in (INITIAL | changed).items()]


@pytest.mark.parametrize(
    ("files", "kind", "hypervisor"),
    [
        (PHYSICAL_CPU, "bare-metal", "none"),
        (PHYSICAL_CPU | {f"{DMI}/sys_vendor": "Amazon EC2", f"{DMI}/product_name": "c5.metal"}, "bare-metal", "none"),
        (VIRTUAL_CPU | {f"{DMI}/sys_vendor": "Amazon EC2"}, "vm", "kvm"),
        (VIRTUAL_CPU, "vm", "other"),
        (VIRTUAL_CPU | {f"{DMI}/sys_vendor": "QEMU"}, "vm", "qemu"),
        (VIRTUAL_CPU | {f"{DMI}/sys_vendor": "QEMU", CLOCKS: "kvm-clock tsc"}, "vm", "kvm"),
        (VIRTUAL_CPU | {f"{DMI}/product_name": "VMware Virtual Platform"}, "vm", "vmware"),
        (
            VIRTUAL_CPU | {f"{DMI}/sys_vendor": "Microsoft Corporation", f"{DMI}/product_name": "Virtual Machine"},
            "vm",
            "hyperv",
        ),
        (
            PHYSICAL_CPU | {f"{DMI}/sys_vendor": "Microsoft Corporation", f"{DMI}/product_name": "Surface Pro"},
            "bare-metal",
            "none",
        ),
        (VIRTUAL_CPU | {CLOCKS: "tsc hyperv_clocksource_tsc_page"}, "vm", "hyperv"),
        (VIRTUAL_CPU | {"/sys/hypervisor/type": "xen\n"}, "vm", "xen"),
        (
            VIRTUAL_CPU | {"/sys/hypervisor/type": "xen\n", "/proc/xen/capabilities": "control_d\n"},
            "bare-metal",
            "xen",
        ),
        ({"/proc/sysinfo": "LPAR Number: 5\nVM00 Control Program: KVM/Linux\n"}, "vm", "kvm"),
        ({"/proc/sysinfo": "LPAR Number: 5\nVM00 Control Program: z/VM\n"}, "vm", "zvm"),
        ({"/proc/sysinfo": "LPAR Number: 5\n"}, "bare-metal", "none"),
        ({"/proc/device-tree/hypervisor/compatible": "linux,kvm\0"}, "vm", "kvm"),
        ({"/proc/bus/pci/devices": "0078\t15ad0740\t10\n"}, "vm", "vmware"),
        ({f"{DMI}/product_name": "XA320 V2"}, "bare-metal", "none"),
        ({}, "unknown", None),
    ],
)
def test_kind_and_hypervisor(files, kind, hypervisor):
    facts = read(files)
    assert facts.value("environment.kind") == kind
    assert facts.value("environment.hypervisor") == hypervisor


SHA = "0123456789ab" * 5 + "0123"


@pytest.mark.parametrize(
    ("files", "engine"),
    [
        ({"/.dockerenv": ""}, "docker"),
        ({"/run/.containerenv": 'engine="podman-4"'}, "podman"),
        ({"/run/systemd/container": "systemd-nspawn\n"}, "systemd-nspawn"),
        ({"/proc/1/cgroup": f"1:name=systemd:/docker/{SHA}\n"}, "docker"),
        ({"/proc/1/cgroup": f"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{SHA}.scope\n"}, "containerd"),
        ({"/proc/self/cgroup": f"0::/kubepods/besteffort/pod1/crio-{SHA}\n"}, "cri-o"),
        ({"/proc/self/cgroup": "0::/kubepods/besteffort/pod1/x\n"}, "kubernetes"),
        ({"/proc/1/cgroup": "4:cpu:/lxc.payload.mine\n"}, "lxc"),
        ({"/proc/self/cgroup": f"0::/machine.slice/libpod-{SHA}.scope\n"}, "podman"),
        ({"/proc/self/mountinfo": "1 2 0:3 / /proc/cpuinfo rw - fuse.lxcfs lxcfs rw\n"}, "lxc"),
        (
            {"/proc/self/mountinfo": "1 2 0:3 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l\n"},
            "docker",
        ),
        ({"/proc/self/cgroup": "0::/user.slice/user-0.slice\n"}, "none"),
        ({"/proc/self/cgroup": "0::/system.slice/docker.service\n"}, "none"),
        ({"/sys/devices/system/cpu/online": "0"}, None),
    ],
)
def test_container_engine(files, engine):
    facts = read(PHYSICAL_CPU | files)
    assert facts.value("environment.container_engine") == engine
    assert (facts.value("environment.kind") == "container") is (engine not in (None, "none"))


def test_an_image_booted_as_a_machine_keeps_its_mark_and_is_no_container():
    facts = read(VIRTUAL_CPU | {"/.dockerenv": ""}, namespaces())
    assert facts.value("environment.kind") == "vm"
    assert facts.find("environment.container_engine").source == "/proc/self/ns"


def test_its_own_process_namespace_makes_a_container_without_marks():
    facts = read(PHYSICAL_CPU | {"/proc/self/cgroup": "0::/\n"}, namespaces(pid=4026532177))
    assert facts.value("environment.container_engine") == "other"


def test_sharing_the_host_s_processes_does_not_unmake_a_container():
    facts = read(PHYSICAL_CPU | {"/.dockerenv": ""}, namespaces(uts=4026532177))
    assert facts.value("environment.kind") == "container"


def function(vendor, device, code, subsystem=None, config=b""):
    directory = "/sys/bus/pci/devices/0000:00:05.0"
    files = {"vendor": vendor, "device": device, "class": code, "subsystem_vendor": subsystem}
    held = {f"{directory}/{name}": text for name, text in files.items() if text}
    return held | ({f"{directory}/config": config.decode("latin-1")} if config else {})


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (function("0x15b3", "0x101e", "0x020000", "0x15b3"), "passthrough-vm"),
        (function("0x10de", "0x2330", "0x030200", "0x10de"), "passthrough-vm"),
        (function("0x144d", "0xa80a", "0x010802", config=b"\0" * 0x2C + b"\x4d\x14"), "passthrough-vm"),
        (function("0x15b3", "0x101e", "0x020000"), "vm"),
        (function("0x8086", "0x10d3", "0x020000", "0x8086"), "vm"),
        (function("0x8086", "0x100e", "0x020000", "0x1af4"), "vm"),
        (function("0x1af4", "0x1041", "0x020000", "0x1af4"), "vm"),
        (function("0x1d0f", "0xec20", "0x020000", "0x1d0f"), "vm"),
        (function("0x8086", "0x2918", "0x060100", "0x8086"), "vm"),
    ],
)
def test_assigned_hardware_is_told_with_care(files, kind):
    assert read(VIRTUAL_CPU | files).value("environment.kind") == kind
    assert read(PHYSICAL_CPU | files).value("environment.kind") == "bare-metal"


@pytest.mark.parametrize(
    ("files", "kind", "count"),
    [
        ({"modalias": "pci:v000010DEd00002330sv000010DEsd000016C1bc03sc02i00"}, "passthrough-vm", 1),
        ({"modalias": "pci:v000010DEd00002330sv00001AF4sd00001100bc03sc02i00"}, "vm", 0),
        ({"modalias": "no alias"}, "vm", None),
        ({}, "vm", None),
    ],
)
def test_the_modalias_names_the_vendor_where_nothing_else_was_captured(files, kind, count):
    """A graphics card handed to a guest; without any of the three sources its number is not 0 but unknown."""
    more = {f"/sys/bus/pci/devices/0000:00:05.0/{name}": text for name, text in files.items()}
    facts = read(VIRTUAL_CPU | function("0x10de", "0x2330", "0x030200") | more)
    assert facts.value("environment.kind") == kind
    assert facts.value("environment.assigned_function_count") == count


@pytest.mark.parametrize(("vendor", "hypervisor"), [("0x1ae0", "kvm"), ("0x1414", "hyperv"), ("0x1d0f", None)])
def test_a_cloud_s_own_adapter_tells_where_nothing_else_does(vendor, hypervisor):
    files = function(vendor, "0x0042", "0x020000", vendor)
    assert read(files).value("environment.hypervisor") == hypervisor
    assert read(PHYSICAL_CPU | files).value("environment.hypervisor") == "none"
