"""The facts of a plausible two-socket server."""

from collections.abc import Iterator

from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.units import Unit

HOST = "db-store-07"


def facts() -> Iterator[Fact | Absent]:
    def host(name, value, unit=Unit.NONE, source="/proc"):
        return Fact(name=name, value=value, unit=unit, source=source)

    def of(name, subject, value, unit=Unit.NONE, source="/sys"):
        return Fact(name=name, subject=subject, value=value, unit=unit, source=source)

    yield host("environment.kind", "bare-metal", source="/sys/hypervisor")
    yield host("kernel.release", "6.1.0-28-amd64", source="/proc/sys/kernel/osrelease")
    yield host("kernel.hostname", HOST, source="/proc/sys/kernel/hostname")
    yield host(
        "kernel.cmdline",
        "BOOT_IMAGE=/boot/vmlinuz-6.1.0-28-amd64 root=/dev/mapper/vg-root ro quiet",
        source="/proc/cmdline",
    )
    yield host("cpu.model_name", "AMD EPYC 7543 32-Core Processor", source="/proc/cpuinfo")
    yield host("cpu.online_count", 128, Unit.COUNT, "/sys/devices/system/cpu/online")
    yield host("cpu.package_count", 2, Unit.COUNT, "/sys/devices/system/cpu/*/topology")
    yield host("cpu.threads_per_core_max", 2, Unit.COUNT, "/sys/devices/system/cpu/*/topology")
    yield host("cpu.governors", "schedutil", source="/sys/devices/system/cpu/*/cpufreq/scaling_governor")
    yield host("cpu.scaling_driver", "acpi-cpufreq", source="/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver")
    yield host("numa.node_count", 2, Unit.COUNT, "/sys/devices/system/node/online")
    yield host("numa.several_nodes", True, source="/sys/devices/system/node/online")
    yield host("numa.balancing", 1, source="/proc/sys/kernel/numa_balancing")
    yield host("memory.total_bytes", 540_871_098_368, Unit.BYTES, "/proc/meminfo")
    yield host("memory.thp_enabled", "madvise", source="/sys/kernel/mm/transparent_hugepage/enabled")
    yield host("memory.hugepages_total", 0, Unit.COUNT, "/proc/meminfo")
    yield host("iommu.present", True, source="/sys/class/iommu")
    yield host("pci.function_count", 143, Unit.COUNT, "/sys/bus/pci/devices")
    yield Absent(name="cpu.mitigations", reason="Permission denied", source="/sys/devices/system/cpu/vulnerabilities")
    for node, cpus in (("0", "0-31,64-95"), ("1", "32-63,96-127")):
        yield of("node.cpu_list", node, cpus)
        yield of("node.cpu_count", node, 64, Unit.COUNT)
        yield of("node.memory_total_bytes", node, 270_435_549_184, Unit.BYTES)
        yield of("node.distances", node, "10 32" if node == "0" else "32 10")
    yield from _devices(of)


def _devices(of) -> Iterator[Fact]:
    rows = (
        ("0000:41:00.0", 0, "Non-Volatile memory controller", "nvme", 8.0, 4, 16.0, 4, "0000:40:01.1", "is_storage"),
        ("0000:42:00.0", 0, "Non-Volatile memory controller", "nvme", 16.0, 4, 16.0, 4, "0000:40:01.2", "is_storage"),
        ("0000:81:00.0", 1, "Ethernet controller", "mlx5_core", 16.0, 8, 16.0, 16, "0000:80:03.1", "is_network"),
        ("0000:81:00.1", 1, "Ethernet controller", "mlx5_core", 16.0, 8, 16.0, 16, "0000:80:03.1", "is_network"),
        ("0000:c1:00.0", 1, "3D controller", "vfio-pci", 16.0, 16, 16.0, 16, "0000:c0:01.1", "is_display"),
        ("0000:23:00.0", 0, "Ethernet controller", "tg3", 5.0, 1, 5.0, 2, "0000:20:03.2", "is_network"),
    )
    for address, node, class_name, driver, speed, width, speed_max, width_max, root, kind in rows:
        yield of("pci.numa_node", address, node)
        yield of("pci.class_name", address, class_name)
        yield of("pci.driver", address, driver)
        yield of("pci.link_speed_gtps", address, speed, Unit.GIGATRANSFERS_PER_SECOND)
        yield of("pci.link_width", address, width, Unit.LANES)
        yield of("pci.link_expected_speed_gtps", address, speed_max, Unit.GIGATRANSFERS_PER_SECOND)
        yield of("pci.link_expected_width", address, width_max, Unit.LANES)
        yield of("pci.link_bytes_per_s", address, speed * width * 128 / 130 / 8 * 1e9 * 0.91, Unit.BYTES_PER_SECOND)
        yield of("pci.root_port", address, root)
        yield of("pci.upstream_port", address, root)
        for flag in ("is_storage", "is_network", "is_display"):
            yield of(f"pci.{flag}", address, flag == kind)
    for name, address, size, model in (
        ("nvme0n1", "0000:41:00.0", 3_840_755_982_336, "SAMSUNG MZQL23T8HCLS"),
        ("nvme1n1", "0000:42:00.0", 1_920_383_410_176, "INTEL SSDPE2KX020T8"),
    ):
        yield of("block.pci_address", name, address)
        yield of("block.size_bytes", name, size, Unit.BYTES)
        yield of("block.model", name, model)
        yield of(
            "block.scheduler",
            name,
            "none" if name == "nvme1n1" else "mq-deadline",
            source=f"/sys/block/{name}/queue/scheduler",
        )
        yield of("block.queue_count", name, 128, Unit.COUNT)
        yield of("block.is_virtual", name, False)
        yield of("block.numa_node", name, 0)
    for name, address, speed, driver in (
        ("ens3f0", "0000:81:00.0", 25e9, "mlx5_core"),
        ("ens3f1", "0000:81:00.1", 25e9, "mlx5_core"),
        ("eno1", "0000:23:00.0", 1e9, "tg3"),
    ):
        yield of("nic.pci_address", name, address)
        yield of("nic.speed_bits_per_s", name, speed, Unit.BITS_PER_SECOND)
        yield of("nic.driver", name, driver)
        yield of("nic.mtu", name, 1500, Unit.BYTES)
        yield of("nic.operstate", name, "up" if name != "ens3f1" else "down")
        yield of("nic.is_physical", name, True)
        yield of("nic.rx_queue_count", name, 63, Unit.COUNT)
