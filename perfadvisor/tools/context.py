"""What a tool's command line needs and no workload file can know: where the data lies and where the far end is."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """Filled in by whoever runs the trial, for the machine it runs on.

    `file` is the data file laid out before; `device` a raw block device to use instead of it, and `size_bytes` how much
    of either may be used (0: what the workload says). `writable` allows writing to `device`. `host` and `port` are the
    server's address as the client sees it, `bind` the address the server listens on ("" for all).
    `program` is the tool's own path where it is not found by name. `group` is the IOMMU group that a device may be
    reached by through VFIO, and `pci_address` that device; "" stands for none."""

    file: str = ""
    device: str = ""
    size_bytes: int = 0
    writable: bool = False
    host: str = "127.0.0.1"
    port: int = 5201
    bind: str = ""
    program: str = ""
    group: int = 0
    pci_address: str = ""
