"""Settings of a NIC behind ethtool: one netlink request reads a group, one command writes any part of it."""

from perfadvisor.settings.model import Disturbs, Door, Field, Setting, Type


def _field(name: str, word: str, key: str, fact: str = "", type_: Type = Type.INTEGER, most: str = "") -> Field:
    return Field(name=name, type=type_, fact=fact or f"nic.{name}", word=word, key=key, most=most)


COALESCE = Setting(
    name="nic.coalesce", subject="nic", door=Door.ETHTOOL, option="-C", kind="coalesce", after=("nic.channels",),
    meaning="how long and for how many packets an interrupt is held back",
    fields=(
        _field("adaptive_rx", "adaptive-rx", "use_adaptive_rx", type_=Type.FLAG),
        _field("adaptive_tx", "adaptive-tx", "use_adaptive_tx", type_=Type.FLAG),
        _field("rx_usecs", "rx-usecs", "rx_usecs"),
        _field("tx_usecs", "tx-usecs", "tx_usecs"),
        _field("rx_frames", "rx-frames", "rx_max_frames"),
        _field("tx_frames", "tx-frames", "tx_max_frames"),
    ),
)  # fmt: skip
RINGS = Setting(
    name="nic.rings", subject="nic", door=Door.ETHTOOL, option="-G", kind="rings", after=("nic.channels",),
    disturbs=Disturbs.BLIP, meaning="descriptors per queue",
    fields=(
        _field("ring_rx", "rx", "rx", most="rx_max"),
        _field("ring_tx", "tx", "tx", most="tx_max"),
    ),
)  # fmt: skip
CHANNELS = Setting(
    name="nic.channels", subject="nic", door=Door.ETHTOOL, option="-L", kind="channels", disturbs=Disturbs.BLIP,
    meaning="queues, each with an interrupt of its own",
    fields=(
        _field("channels_combined", "combined", "combined_count", most="combined_max"),
        _field("channels_rx", "rx", "rx_count", most="rx_max"),
        _field("channels_tx", "tx", "tx_count", most="tx_max"),
    ),
)  # fmt: skip
ALL = (COALESCE, RINGS, CHANNELS)
