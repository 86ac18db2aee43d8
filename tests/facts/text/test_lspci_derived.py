"""lspci's text goes through the derivations that sysfs goes through; an excerpt says what it does not show."""

import pytest

from perfadvisor.facts import catalogue
from perfadvisor.facts.text import lspci
from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.saved.saved import load
from tests.recognised import recognise

EXCERPT = """\
0001:01:00.0 Non-Volatile memory controller: Vendor B SSD Controller (prog-if 02 [NVM Express])
\tCapabilities: [40] Express (v2) Endpoint, MSI 00
\t\tDevCtl:\tCorrErr- NonFatalErr- FatalErr- UnsupReq-
\t\t\tMaxPayload 128 bytes, MaxReadReq 512 bytes
\t\tLnkCap:\tPort #0, Speed 8GT/s, Width x4, ASPM L1
\t\tLnkSta:\tSpeed 5GT/s (downgraded), Width x1 (downgraded)
\tCapabilities: [100 v2] Advanced Error Reporting
\t\tUESta:\tDLP- SDES- TLP-
\t\tCESta:\tRxErr+ BadTLP- BadDLLP+ Rollover-
"""
SSD = "0001:01:00.0"
PORT = """\
0001:00:00.0 PCI bridge: Vendor A Root Port (prog-if 00 [Normal decode])
\tBus: primary=00, secondary=01, subordinate=01, sec-latency=0
\tCapabilities: [40] Express (v2) Root Port (Slot+), MSI 00
\t\tLnkCap:\tPort #0, Speed 8GT/s, Width x1, ASPM L1
\t\tLnkSta:\tSpeed 5GT/s, Width x1
"""


def table(text):
    return FactTable(lspci.facts(text.encode()))


def reason(found, name, subject=SSD):
    fact = found.find(name, subject)
    assert isinstance(fact, Absent), fact
    return fact.reason


@pytest.fixture(scope="module")
def both(data):
    """The emulated server, by lspci and by sysfs: two programs reading one machine."""
    text = (data / "lspci" / "server-vvvnnxxxx.txt").read_bytes()
    tree = load(data / "machines" / "emulated-server.tar.gz").tree
    return FactTable(lspci.facts(text)), catalogue.read(tree)


@pytest.mark.parametrize(
    "name",
    ["is_bridge", "is_display", "is_network", "is_storage", "link_below_max_count", "link_bytes_per_s",
     "link_expected_speed_gtps", "link_expected_width", "link_max_bytes_per_s", "link_speed_gtps", "link_width",
     "max_payload_bytes", "path_bytes_per_s", "path_max_payload_supported_bytes", "physical_function",
     "port_link_speed_max_gtps", "port_link_width_max", "root_port", "upstream_port"],
)  # fmt: skip
def test_text_and_sysfs_agree(both, name):
    text, sysfs = both
    assert text.of(f"pci.{name}") == sysfs.of(f"pci.{name}") != {}


def test_a_function_the_text_does_not_tell_of_is_not_called_physical(both):
    text, sysfs = both
    told, known = text.of("pci.is_vf"), sysfs.of("pci.is_vf")
    assert {address for address, is_vf in told.items() if is_vf} == {"0000:01:00.1", "0000:01:00.2"}
    assert all(known[address] == is_vf for address, is_vf in told.items()) and len(told) < len(known)


def test_an_excerpt_knows_the_device_and_not_the_port():
    found = table(EXCERPT)
    assert found.value("pci.is_storage", SSD) is True and found.value("pci.is_vf", SSD) is False
    assert found.value("pci.link_bytes_per_s", SSD) < found.value("pci.link_max_bytes_per_s", SSD) / 7
    assert reason(found, "pci.upstream_port") == "the port above it is not in this text"
    assert reason(found, "pci.path_bytes_per_s") == "the port above it is not in this text"
    assert reason(found, "pci.link_expected_width") == "the other end of the link is not known"
    assert reason(found, "environment.kind", "") == "an excerpt does not tell whether this is a guest"


def test_with_the_port_both_ends_are_known():
    found = table(PORT + EXCERPT)
    assert found.value("pci.link_expected_width", SSD) == 1 and found.value("pci.link_expected_speed_gtps", SSD) == 8.0
    assert found.value("pci.root_port", SSD) == found.value("pci.upstream_port", SSD) == "0001:00:00.0"
    assert found.value("environment.kind") == "bare-metal"


def test_errors_that_were_marked_are_named():
    found = table(EXCERPT)
    assert found.value("pci.correctable_errors_seen", SSD) == "RxErr BadDLLP"
    assert found.value("pci.uncorrectable_errors_seen", SSD) == "none"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("00:03.0 Ethernet controller: Red Hat, Inc. Virtio network device", "vm"),
        ("00:0f.0 VGA compatible controller: VMware SVGA II Adapter", "vm"),
        ("00:03.0 Ethernet controller [0200]: Something [1af4:1000]", "vm"),
        ("00:02.0 Ethernet controller: Intel 82540EM Gigabit\n00:01.0 SCSI: Red Hat, Inc. Virtio SCSI", "vm"),
        ("00:09.0 Ethernet controller: Mellanox MT27710\n00:01.0 SCSI: Red Hat, Inc. Virtio SCSI", "passthrough-vm"),
        ("00:09.0 Ethernet controller: Mellanox MT27710", None),
    ],
)
def test_devices_that_exist_in_software_make_a_guest(line, kind):
    assert table(line).value("environment.kind") == kind


def test_a_quoted_or_cut_text_says_the_same():
    quoted = "\n".join(f"> {line}" for line in EXCERPT.splitlines())
    cut = "\t\tLnkSta:\tSpeed 2.5GT/s, Width x1\n" + EXCERPT[: EXCERPT.index("\t\tLnkSta")]
    names = ("pci.link_width_max", "pci.link_speed_gtps", "pci.is_storage")
    assert [table(quoted).value(name, SSD) for name in names] == [4, 5.0, True]
    assert [table(cut).value(name, SSD) for name in names] == [4, None, True]
    assert recognise(quoted.encode()).name == recognise(cut.encode()).name == "lspci"


def test_lspci_and_the_dump_agree_on_the_errors_that_are_marked(data):
    """One listing has lspci's words and the bytes; the words are taken away from one copy."""
    text = (data / "lspci" / "server-vvvnnxxxx.txt").read_bytes()
    bytes_alone = b"\n".join(line for line in text.split(b"\n") if b"Sta:" not in line)
    names = ("pci.correctable_errors_seen", "pci.uncorrectable_errors_seen", "pci.has_aer")
    told, dumped = (
        {(one.name, one.subject): one.value for one in lspci.facts(each) if isinstance(one, Fact) and one.name in names}
        for each in (text, bytes_alone)
    )
    assert told == dumped and len(told) > 10
