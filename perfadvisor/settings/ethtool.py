"""Settings of a NIC behind ethtool: one netlink request reads a group, one command writes any part of it."""

from perfadvisor.settings.model import Disturbs, Door, Field, Setting, Type


def _field(
    name: str, word: str, key: str, type_: Type = Type.INTEGER, most: str = "", drags: tuple[str, ...] = ()
) -> Field:
    return Field(name=name, type=type_, fact=f"nic.{name}", word=word, key=key, most=most, drags=drags)


def _feature(name: str, word: str, *family: str) -> Field:
    return Field(name=name, type=Type.FLAG, fact=f"nic.{name}", word=word, family=family)


COALESCE = Setting(
    name="nic.coalesce",
    subject="nic",
    door=Door.ETHTOOL,
    option="-C",
    kind="coalesce",
    after=("nic.channels",),
    meaning="how long and for how many packets an interrupt is held back",
    fields=(
        _field("adaptive_rx", "adaptive-rx", "use_adaptive_rx", type_=Type.FLAG, drags=("rx_usecs", "rx_frames")),
        _field("adaptive_tx", "adaptive-tx", "use_adaptive_tx", type_=Type.FLAG, drags=("tx_usecs", "tx_frames")),
        _field("rx_usecs", "rx-usecs", "rx_usecs"),
        _field("tx_usecs", "tx-usecs", "tx_usecs"),
        _field("rx_frames", "rx-frames", "rx_max_frames"),
        _field("tx_frames", "tx-frames", "tx_max_frames"),
    ),
)
RINGS = Setting(
    name="nic.rings",
    subject="nic",
    door=Door.ETHTOOL,
    option="-G",
    kind="rings",
    after=("nic.channels",),
    disturbs=Disturbs.BLIP,
    meaning="descriptors per queue",
    fields=(
        _field("ring_rx", "rx", "rx", most="rx_max"),
        _field("ring_tx", "tx", "tx", most="tx_max"),
    ),
)
CHANNELS = Setting(
    name="nic.channels",
    subject="nic",
    door=Door.ETHTOOL,
    option="-L",
    kind="channels",
    disturbs=Disturbs.BLIP,
    meaning="queues, each with an interrupt of its own",
    fields=(
        _field("channels_combined", "combined", "combined_count", most="combined_max"),
        _field("channels_rx", "rx", "rx_count", most="rx_max"),
        _field("channels_tx", "tx", "tx_count", most="tx_max"),
    ),
)
_CHECKSUMS = ("ip-generic", "ipv4", "ipv6", "fcoe-crc", "sctp")
# What each word of ethtool -K sums up (ethtool's common.c, off_flag_def); the facts read the same names.
FEATURES = Setting(
    name="nic.features",
    subject="nic",
    door=Door.ETHTOOL,
    option="-K",
    kind="features",
    disturbs=Disturbs.BLIP,
    meaning="work that the adapter or its driver does for the stack",
    fields=(
        _feature("rx_checksum", "rx", "rx-checksum"),
        _feature("tx_checksum", "tx", *(f"tx-checksum-{one}" for one in _CHECKSUMS)),
        _feature("scatter_gather", "sg", "tx-scatter-gather", "tx-scatter-gather-fraglist"),
        _feature("tso", "tso", *(f"tx-tcp{one}-segmentation" for one in ("", "-ecn", "-mangleid", "6", "-accecn"))),
        _feature("gso", "gso", "tx-generic-segmentation"),
        _feature("gro", "gro", "rx-gro"),
        _feature("lro", "lro", "rx-lro"),
    ),
)
ALL = (COALESCE, RINGS, CHANNELS, FEATURES)
