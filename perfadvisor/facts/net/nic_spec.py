"""The catalogue of a network interface's facts that more than one source can tell."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

nic = SpecMaker("nic", Nature.SETTING)


SPEED = nic("speed_bits_per_s", int, "rate of the link", Unit.BITS_PER_SECOND)
DUPLEX = nic("duplex", str, "full or half")
CARRIER = nic("carrier", bool, "whether the link is up")
DRIVER = nic("driver", str, "kernel driver of the adapter", nature=Nature.IDENTITY)
FIRMWARE = nic("firmware_version", str, "firmware of the adapter, as its driver writes it", nature=Nature.IDENTITY)

RX_USECS = nic("rx_usecs", int, "how long a received packet's interrupt may be held back", Unit.MICROSECONDS)
RX_FRAMES = nic("rx_frames", int, "how many received packets may share an interrupt", Unit.COUNT)
TX_USECS = nic("tx_usecs", int, "how long a sent packet's interrupt may be held back", Unit.MICROSECONDS)
TX_FRAMES = nic("tx_frames", int, "how many sent packets may share an interrupt", Unit.COUNT)
ADAPTIVE_RX = nic("adaptive_rx", bool, "whether the driver adapts the receiving delay to the load")
ADAPTIVE_TX = nic("adaptive_tx", bool, "whether the driver adapts the sending delay to the load")

RING_RX = nic("ring_rx", int, "descriptors of a receive ring", Unit.COUNT)
RING_RX_MAX = nic("ring_rx_max", int, "most descriptors a receive ring can have", Unit.COUNT, nature=Nature.IDENTITY)
RING_TX = nic("ring_tx", int, "descriptors of a send ring", Unit.COUNT)
RING_TX_MAX = nic("ring_tx_max", int, "most descriptors a send ring can have", Unit.COUNT, nature=Nature.IDENTITY)

CHANNELS_COMBINED = nic("channels_combined", int, "queue pairs in use", Unit.COUNT)
CHANNELS_COMBINED_MAX = nic("channels_combined_max", int, "most queue pairs", Unit.COUNT, nature=Nature.IDENTITY)
CHANNELS_RX = nic("channels_rx", int, "queues that only receive", Unit.COUNT)
CHANNELS_RX_MAX = nic("channels_rx_max", int, "most queues that only receive", Unit.COUNT, nature=Nature.IDENTITY)
CHANNELS_TX = nic("channels_tx", int, "queues that only send", Unit.COUNT)
CHANNELS_TX_MAX = nic("channels_tx_max", int, "most queues that only send", Unit.COUNT, nature=Nature.IDENTITY)
CHANNELS = {
    "Combined": (CHANNELS_COMBINED, CHANNELS_COMBINED_MAX),
    "RX": (CHANNELS_RX, CHANNELS_RX_MAX),
    "TX": (CHANNELS_TX, CHANNELS_TX_MAX),
}
"""ethtool's name of a kind of channel -> (in use, most)."""

TSO = nic("tso", bool, "TCP segmentation by the adapter")
GSO = nic("gso", bool, "late segmentation by the kernel")
GRO = nic("gro", bool, "received packets are merged by the kernel")
LRO = nic("lro", bool, "received packets are merged by the adapter (not for forwarding)")
HW_GRO = nic("hw_gro", bool, "received packets are merged by the adapter as GRO would")
RX_CHECKSUM = nic("rx_checksum", bool, "checksums are verified by the adapter")
TX_CHECKSUM = nic("tx_checksum", bool, "checksums are made by the adapter")
SCATTER_GATHER = nic("scatter_gather", bool, "a packet may lie in several pieces")
PAUSE_RX = nic("pause_rx", bool, "pause frames are obeyed")
PAUSE_TX = nic("pause_tx", bool, "pause frames are sent")

RX_PACKETS = nic("rx_packets", int, "good packets received since the start", Unit.COUNT, nature=Nature.MEASURED)
RX_MISSED = nic(
    "rx_missed", int, "packets the adapter had no buffer for since the start", Unit.COUNT, nature=Nature.MEASURED
)
NO_BUFFER = nic(
    "drops_no_buffer",
    int,
    "packets lost for want of a buffer, by the driver's counters",
    Unit.COUNT,
    nature=Nature.MEASURED,
)
STALLS = nic(
    "pci_stall_events", int, "times the adapter waited for PCI Express (mlx5)", Unit.COUNT, nature=Nature.MEASURED
)


def _allowance(name: str, meaning: str) -> FactSpec:
    """A counter of what a cloud allows an instance; only adapters that count it have such a subject."""
    return FactSpec(
        name=f"nic_allowance.{name}",
        type=int,
        unit=Unit.COUNT,
        subject="nic_allowance",
        meaning=meaning,
        nature=Nature.MEASURED,
    )


OVER_BANDWIDTH = _allowance("over_bandwidth", "packets held or dropped since the driver started, over the bandwidth")
OVER_PACKETS = _allowance("over_packets", "the same over the packets a second")
OVER_CONNECTIONS = _allowance("over_connections", "the same over the tracked connections")
ALLOWANCE_NIC = FactSpec(
    name="nic_allowance.nic",
    type=str,
    subject="nic_allowance",
    meaning="the network device",
    refers_to="nic",
    nature=Nature.IDENTITY,
)
ALLOWANCE = (ALLOWANCE_NIC, OVER_BANDWIDTH, OVER_PACKETS, OVER_CONNECTIONS)
OF_DRIVER = (NO_BUFFER, STALLS)

REPORT = nic("report", str, "an ethtool report on the interface", nature=Nature.IDENTITY)
SETTING = FactSpec(
    name="nic_setting.value",
    type=str,
    subject="nic_setting",
    meaning="one line of an ethtool report, by interface, kind of report and key: eth0/coalesce/rx-usecs",
    nature=Nature.SETTING,
)
STATISTIC = FactSpec(
    name="nic_statistic.value",
    type=int,
    unit=Unit.COUNT,
    subject="nic_statistic",
    meaning="one counter of `ethtool -S`, by interface and the driver's name for it: eth0/rx_missed_errors",
    nature=Nature.MEASURED,
)

LINK = (SPEED, DUPLEX, CARRIER, DRIVER)
SETTINGS = (
    RX_USECS,
    RX_FRAMES,
    TX_USECS,
    TX_FRAMES,
    ADAPTIVE_RX,
    ADAPTIVE_TX,
    RING_RX,
    RING_RX_MAX,
    RING_TX,
    RING_TX_MAX,
    CHANNELS_COMBINED,
    CHANNELS_COMBINED_MAX,
    CHANNELS_RX,
    CHANNELS_RX_MAX,
    CHANNELS_TX,
    CHANNELS_TX_MAX,
    TSO,
    GSO,
    GRO,
    LRO,
    HW_GRO,
    RX_CHECKSUM,
    TX_CHECKSUM,
    SCATTER_GATHER,
    PAUSE_RX,
    PAUSE_TX,
    FIRMWARE,
    REPORT,
    SETTING,
    STATISTIC,
)
