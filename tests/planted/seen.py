"""Faults planted in the lab (docs/lab.md), one after the other, and the rules that must find them.

`tests/data/planted` holds a snapshot of the emulated server while each was there, taken in this order: the next one was
taken after the fault before it was mended. The last plants are guests that never run (`-S`) under QEMU.
"""

from dataclasses import dataclass

THP = "/sys/kernel/mm/transparent_hugepage/enabled"
POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
UNSAFE = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
LAST = "unsafe-disk"  # the next plant, taken when the one before it was mended


@dataclass(frozen=True, kw_only=True)
class Plant:
    """The rules fire on subjects with `about` in their name while `done` holds, and are clear once it is `mended`."""

    name: str
    rules: tuple[str, ...]
    done: str
    mended: str
    about: str = ""


def _plant(name: str, rule: str, done: str, mended: str, about: str = "") -> Plant:
    return Plant(name=name, rules=(rule,), done=done, mended=mended, about=about)


PLANTS = (
    _plant("thp", "memory-thp-never", f"echo never > {THP}", f"echo madvise > {THP}"),
    _plant("ksm", "memory-ksm-active", "echo 1 > /sys/kernel/mm/ksm/run", "echo 0 > /sys/kernel/mm/ksm/run"),
    _plant("zone-reclaim", "numa-zone-reclaim", "vm.zone_reclaim_mode=1", "vm.zone_reclaim_mode=0"),
    _plant("cpu-offline", "cpu-offline", "echo 0 > cpu3/online", "echo 1 > cpu3/online"),
    _plant("scheduler", "storage-scheduler-not-none", "mq-deadline on the NVMe disk", "none", "nvme1n1"),
    _plant("unsafe-interrupts", "iommu-intremap-off", f"echo Y > {UNSAFE}", f"echo N > {UNSAFE}"),
    _plant("idle-pages", "hugepages-reserved-idle", f"echo 640 > {POOL}", f"echo 0 > {POOL}"),
    # What follows has another THP mode and pages again: the rule does not apply any more.
    Plant(name="no-huge-pages", rules=(), done=f"echo never > {THP}", mended=f"echo madvise > {THP}"),
    _plant("surplus", "hugepages-surplus", "4 pages mapped from beyond an empty pool", "unmapped", "2048kB"),
    _plant(
        "far-interrupts",
        "numa-nic-irq-remote-since-boot",
        "a NIC's vectors on the other socket, 600 packets",
        "on its own, 3,000 packets",
        "ens6",
    ),
    Plant(
        name="slow-guest",
        done="-accel tcg -device e1000 -drive file=image,format=qcow2,if=ide",
        mended="-accel kvm -device virtio-net-pci -device virtio-blk-pci,iothread=t, a raw disk",
        rules=("vm-emulated-disk", "vm-nic-emulated-model", "vm-image-format", "vm-cpus-emulated"),
    ),
    _plant("cached-disk", "vm-disk-cache-mode", "cache=writeback", "cache=none,aio=native"),
)
