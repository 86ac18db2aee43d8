"""lspci outputs: plain, verbose, with dumps, as records, and any bytes."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.pci import config as pci_config
from perfadvisor.facts.pci import link as pci_link
from perfadvisor.facts.pci import pci
from perfadvisor.facts.text import lspci
from perfadvisor.facts.text.lspci_parse import devices
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.targets.here.capture import capture

FILES = ("virtio-vvvnn.txt", "virtio-vvvnnxxxx.txt", "virtio-vmmkn.txt", "server-vvvnnxxxx.txt")
VERBOSE = b"""81:00.0 Ethernet controller [0200]: Some Vendor Fast Adapter [15b3:1017] (rev 01)
\tInterrupt: pin A routed to IRQ 44
\tNUMA node: 1
\tIOMMU group: 17
\tCapabilities: [60] Express (v2) Endpoint, MSI 00
\t\tDevCap:\tMaxPayload 512 bytes, PhantFunc 0
\t\t\tExtTag+ AttnBtn-
\t\tDevCtl:\tCorrErr+ NonFatalErr+
\t\t\tRlxdOrd+ ExtTag- PhantFunc-
\t\t\tMaxPayload 256 bytes, MaxReadReq 4096 bytes
\t\tLnkCap:\tPort #0, Speed 16GT/s, Width x16, ASPM L1
\t\tLnkCtl:\tASPM L0s L1 Enabled; RCB 64 bytes
\t\tLnkSta:\tSpeed 8GT/s (downgraded), Width x8 (downgraded)
\tCapabilities: [100 v1] Access Control Services
\t\tACSCtl:\tSrcValid+ TransBlk- ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-
\tCapabilities: [180 v1] Single Root I/O Virtualization (SR-IOV)
\t\tInitial VFs: 8, Total VFs: 8, Number of VFs: 3, Function Dependency Link: 00
\tKernel driver in use: mlx5_core
"""


def table(data: bytes) -> FactTable:
    return FactTable(lspci.facts(data))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vendor", "0x15b3"),
        ("device_id", "0x1017"),
        ("class", "0x020000"),
        ("class_name", "Ethernet controller"),
        ("driver", "mlx5_core"),
        ("numa_node", 1),
        ("irq", 44),
        ("iommu_group", "17"),
        ("max_payload_supported_bytes", 512),
        ("max_payload_bytes", 256),
        ("max_read_request_bytes", 4096),
        ("relaxed_ordering", True),
        ("extended_tags", False),
        ("aspm", "L0s L1"),
        ("acs", "SV RR CR UF"),
        ("link_speed_gtps", 8.0),
        ("link_width", 8),
        ("link_speed_max_gtps", 16.0),
        ("link_width_max", 16),
        ("sriov_total_vfs", 8),
        ("sriov_num_vfs", 3),
    ],
)
def test_verbose(name: str, value: object) -> None:
    assert table(VERBOSE).value(f"pci.{name}", "0000:81:00.0") == value


@pytest.mark.parametrize(
    ("line", "name", "reason"),
    [
        (b"\tCapabilities: <access denied>\n", "pci.max_payload_bytes", pci_config.NEEDS_ROOT),
        (b"\tCapabilities: [40] Power Management version 3\n", "pci.max_payload_bytes", pci_config.NOT_EXPRESS),
        (b"", "pci.max_payload_bytes", "takes lspci -vvv"),
    ],
)
def test_why_absent(line: bytes, name: str, reason: str) -> None:
    found = table(b"00:02.0 Host bridge: X\n" + line).find(name, "0000:00:02.0")
    assert isinstance(found, Absent) and found.reason == reason


@pytest.mark.parametrize("text", [b"Speed unknown, Width x0", b"Speed 2.5GT/s, Width x0 (downgraded)", b"nothing"])
def test_no_link(text: bytes) -> None:
    register = b"00:02.0 X: Y\n\tCapabilities: [60] Express (v2) Endpoint\n\t\tLnkSta:\t" + text + b"\n"
    assert table(register).value("pci.link_speed_gtps", "0000:00:02.0") is None


def test_a_large_domain_and_capitals() -> None:
    assert [device.address for device in devices(b"10000:E1:00.0 X: Y\n")] == ["10000:e1:00.0"]


def test_three_formats_of_this_machine_agree(data: Path) -> None:
    verbose, dumped, records = (table((data / "lspci" / name).read_bytes()) for name in FILES[:3])
    for name in ("vendor", "device_id", "driver"):
        assert verbose.of(f"pci.{name}") == dumped.of(f"pci.{name}") == records.of(f"pci.{name}")
    assert verbose.value("pci.function_count") == records.value("pci.function_count") == 6


def test_a_dump_without_text_says_what_the_text_says(data: Path) -> None:
    """Independent oracle: lspci's own decoding beside its dump, of an emulated server with PCI Express."""
    text = (data / "lspci/server-vvvnnxxxx.txt").read_text()
    dump = "\n".join(line for line in text.splitlines() if not line.startswith(("\t", " ")))
    told, decoded = table(text.encode()), table(dump.encode())
    specs = (
        *pci_config.CATALOGUE,
        pci_link.SPEED,
        pci_link.WIDTH,
        pci_link.SPEED_MAX,
        pci_link.WIDTH_MAX,
        pci.TOTAL_VFS,
    )
    for spec in specs:
        assert decoded.of(spec.name) == told.of(spec.name), spec.name
    assert told.of("pci.max_payload_bytes") and told.of("pci.sriov_total_vfs") and told.of("pci.acs")


@pytest.mark.skipif(not shutil.which("lspci"), reason="lspci is not installed")
def test_text_says_what_sysfs_says_of_this_machine() -> None:
    """Independent oracle, both ways: lspci's text and our own reading of configuration space."""
    text = table(subprocess.run(["lspci", "-vvvnn"], capture_output=True, check=True).stdout)
    tree = capture((*pci.PATTERNS, *pci_config.PATTERNS, *pci_link.PATTERNS))
    here = FactTable([*pci.facts(tree), *pci_config.facts(tree), *pci_link.facts(tree)])
    for name in ("vendor", "device_id", "max_payload_bytes", "max_read_request_bytes", "aspm", "link_width", "driver"):
        assert text.of(f"pci.{name}") == here.of(f"pci.{name}"), name


@given(st.binary(max_size=2000))
@settings(max_examples=100, deadline=None)
def test_any_bytes(data: bytes) -> None:
    list(lspci.facts(data))
    list(lspci.facts(b"00:00.0 X: Y\n" + data))


@given(st.sampled_from(FILES), st.integers(0, 20_000), st.binary(max_size=8))
@settings(max_examples=60, deadline=None)
def test_damaged_outputs(data: Path, name: str, place: int, put: bytes) -> None:
    text = (data / "lspci" / name).read_bytes()
    list(lspci.facts(text[:place] + put + text[place + len(put) :]))


def test_once_verbose_the_flags_tell_group_node_and_interrupt() -> None:
    text = (
        b"04:00.0 Ethernet controller: Some Vendor Fast Adapter (rev 01)\n"
        b"\tFlags: bus master, fast devsel, latency 0, IRQ 44, NUMA node 1, IOMMU group 17\n"
        b"\tKernel driver in use: igb\n"
    )
    table = FactTable(lspci.facts(text))
    assert table.value("pci.iommu_group", "0000:04:00.0") == "17"
    assert table.value("pci.numa_node", "0000:04:00.0") == 1
    assert table.value("pci.irq", "0000:04:00.0") == 44


def test_what_a_shortened_listing_leaves_out_is_not_known_to_be_missing():
    """Without MSI-X a function has no vectors only where all of its capabilities are listed."""
    assert table(VERBOSE).value("pci.msix_table_size", "0000:81:00.0") is None
    whole = VERBOSE.replace(
        b"\tCapabilities: [60]", b"\tCapabilities: [40] Power Management version 3\n\tCapabilities: [60]"
    )
    assert table(whole).value("pci.msix_table_size", "0000:81:00.0") == 0
    listed = VERBOSE.replace(
        b"\tCapabilities: [60]", b"\tCapabilities: [50] MSI-X: Enable+ Count=64 Masked-\n\tCapabilities: [60]"
    )
    assert table(listed).value("pci.msix_table_size", "0000:81:00.0") == 64
    assert table(whole).value("pci.sriov_capable_count") == 1
    cut = whole.rpartition(b"\tKernel driver")[0]
    assert table(cut).value("pci.sriov_capable_count") is None
    assert table(cut).value("pci.msix_table_size", "0000:81:00.0") is None
