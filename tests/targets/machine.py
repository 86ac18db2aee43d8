"""A small PCI machine made of files."""

import os
from pathlib import Path

from perfadvisor.targets.lending.pci_group import function
from perfadvisor.targets.lending.pci_refusals import refusals

NVME, NIC, BRIDGE = "0000:01:00.0", "0000:02:00.0", "0000:00:1c.0"


class Machine:
    """A root directory with a small PCI machine in it; `put` adds a file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for address, device_class, driver, group in (
            (BRIDGE, "0x060400", "pcieport", 7),
            (NVME, "0x010802", "nvme", 7),
            (NIC, "0x020000", "e1000e", 8),
        ):
            self.function(address, device_class, driver, group)
        self.put(f"{self.device(NVME)}/nvme/nvme0/nvme0n1/dev", "259:0")
        self.link("sys/class/block/nvme0n1", f"{self.device(NVME)}/nvme/nvme0/nvme0n1")
        self.link("sys/block/nvme0n1", f"{self.device(NVME)}/nvme/nvme0/nvme0n1")
        self.put(f"{self.device(NIC)}/net/eth0/flags", "0x1003")
        self.link("sys/class/net/eth0", f"{self.device(NIC)}/net/eth0")
        self.put("sys/bus/pci/drivers_probe", "")
        self.put("proc/swaps", "Filename Type Size Used Priority\n")
        self.put("proc/self/mountinfo", "")

    @staticmethod
    def device(address: str) -> str:
        return f"sys/devices/pci0000:00/{address}"

    def function(self, address: str, device_class: str, driver: str, group: int) -> None:
        folder = self.device(address)
        self.put(f"{folder}/class", device_class)
        self.put(f"{folder}/reset", "")
        self.put(f"{folder}/driver_override", "(null)\n")
        self.link(f"sys/bus/pci/devices/{address}", folder)
        self.put(f"sys/bus/pci/drivers/{driver}/unbind", "")
        self.link(f"{folder}/driver", f"sys/bus/pci/drivers/{driver}")
        (self.root / f"sys/kernel/iommu_groups/{group}/devices").mkdir(parents=True, exist_ok=True)
        self.link(f"sys/kernel/iommu_groups/{group}/devices/{address}", folder)
        self.link(f"{folder}/iommu_group", f"sys/kernel/iommu_groups/{group}")

    def drive(self, address: str, driver: str) -> None:
        """Another driver has the function; "" for none."""
        (self.root / self.device(address) / "driver").unlink()
        if driver:
            self.put(f"sys/bus/pci/drivers/{driver}/unbind", "")
            self.link(f"{self.device(address)}/driver", f"sys/bus/pci/drivers/{driver}")

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def link(self, path: str, target: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(os.path.relpath(self.root / target, place.parent))

    def said(self, address: str) -> str:
        return "; ".join(refusals(function(address, self.root), self.root))
