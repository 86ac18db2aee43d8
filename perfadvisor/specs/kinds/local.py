"""This machine itself."""

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.option import DeviceUse, Option
from perfadvisor.specs.readers import one_of

DOMAINS = ("identity", "DMA", "DMA-FQ")

DOMAIN = Option(
    name="domain",
    reader=one_of(DOMAINS),
    example="identity",
    default="as it is",
    taken=DeviceUse.IN_TURNS,
    meaning="how the IOMMU translates the DMA of the disk (--device) while this environment measures",
)

LOCAL = EnvironmentOptions(
    name="local",
    meaning="this machine",
    opener="perfadvisor.targets.lending.translated:open_here",
    options=(DOMAIN,),
    on_our_disk=True,
)
