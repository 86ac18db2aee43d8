"""This machine itself."""

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.option import DeviceUse, Option
from perfadvisor.specs.readers import INTERFACE, PCI_FUNCTION, one_of
from perfadvisor.specs.spec import Spec

DOMAINS = ("identity", "DMA", "DMA-FQ")

DOMAIN = Option(
    name="domain",
    reader=one_of(DOMAINS),
    example="identity",
    default="as it is",
    taken=DeviceUse.IN_TURNS,
    meaning="how the IOMMU translates the DMA of the NIC (`nic=`), or else of the disk (`--device`), while this "
    "environment measures",
)
NIC = Option(
    name="nic",
    reader=PCI_FUNCTION,
    example="0000:02:00.0",
    default="none",
    taken=DeviceUse.IN_TURNS,
    meaning="a NIC that is moved into a network namespace of its own while this environment measures: what is sent "
    "to another port of this machine (`--peer local:ADDRESS`) crosses the wire",
)
ADDRESS = Option(
    name="address",
    reader=INTERFACE,
    example="192.0.2.2/24",
    default="none",
    meaning="the address of that NIC in there",
)


def clash(spec: Spec) -> str:
    """The NIC and its address belong together."""
    if bool(spec.get(NIC)) != bool(spec.get(ADDRESS)):
        return "nic= and address= belong together: give both"
    return ""


LOCAL = EnvironmentOptions(
    name="local",
    meaning="this machine",
    opener="perfadvisor.targets.lending.here:open_here",
    options=(DOMAIN, NIC, ADDRESS),
    on_our_disk=True,
    clash=clash,
)
