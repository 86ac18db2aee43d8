"""Ask the kernel over netlink for what sysfs does not tell of a network interface, without changing anything.

Every answer is canonical JSON (sorted keys, no spaces) with the field names of the kernel's `ethtool_netlink.h` in
lower case; a field the driver does not support is left out, where the older ioctl would say 0. One dump per kind asks
for all interfaces at once; an interface missing from it does not support that kind. Works without root.
"""

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from perfadvisor.model.tree import Entry, Unreadable

PREFIX = "netlink:"
LINKS = "netlink:route/links"

_WITH_FUNCTIONS = 1  # RTEXT_FILTER_VF
_NOT_KNOWN = 0xFFFFFFFF
_OF_FUNCTION = (
    ("IFLA_VF_MAC", "mac", "mac"),
    ("IFLA_VF_SPOOFCHK", "spoofchk", "spoof_check"),
    ("IFLA_VF_TRUST", "trust", "trusted"),
    ("IFLA_VF_RATE", "max_tx_rate", "max_tx_megabits"),
)
_NUMBER = "uint32"
_FLAG = "uint8"
_BITS = "ethtoolbitset"

Fields = tuple[tuple[str, str], ...]
Netlink = Any  # a socket, message or attribute of pyroute2, which has no types


def _fields(text: str, default: str = _NUMBER) -> Fields:
    """("rx_usecs", "uint32"), ... of "rx_usecs use_adaptive_rx:uint8", in the order of the kernel's enumeration."""
    pairs = (word.partition(":") for word in text.split())
    return tuple((name, kind or default) for name, _, kind in pairs)


# include/uapi/linux/ethtool_netlink.h: (ETHTOOL_MSG_*_GET, the attributes after the header)
KINDS: Mapping[str, tuple[int, Fields]] = {
    "link": (4, _fields("autoneg:uint8 ours:ethtoolbitset peer:ethtoolbitset speed duplex:uint8")),
    "features": (11, _fields("hw wanted active nochange", _BITS)),
    "rings": (
        15,
        _fields(
            "rx_max rx_mini_max rx_jumbo_max tx_max rx rx_mini rx_jumbo tx"
            " rx_buf_len tcp_data_split:uint8 cqe_size tx_push:uint8"
        ),
    ),
    "channels": (
        17,
        _fields("rx_max tx_max other_max combined_max rx_count tx_count other_count combined_count"),
    ),
    "coalesce": (
        19,
        _fields(
            "rx_usecs rx_max_frames rx_usecs_irq rx_max_frames_irq tx_usecs tx_max_frames tx_usecs_irq"
            " tx_max_frames_irq stats_block_usecs use_adaptive_rx:uint8 use_adaptive_tx:uint8 pkt_rate_low"
            " rx_usecs_low rx_max_frames_low tx_usecs_low tx_max_frames_low pkt_rate_high rx_usecs_high"
            " rx_max_frames_high tx_usecs_high tx_max_frames_high rate_sample_interval"
            " use_cqe_mode_tx:uint8 use_cqe_mode_rx:uint8"
        ),
    ),
    "pause": (21, _fields("autoneg rx tx", _FLAG)),
}


def read(sources: Iterable[str], interfaces: Iterable[str]) -> dict[str, Entry]:
    """What these netlink sources say, `{nic}` standing for every one of the interfaces.

    A source is `netlink:ethtool/KIND/INTERFACE` with a kind of `KINDS`, or `netlink:route/links`. Never raises for what
    the kernel answers: that becomes `Unreadable`."""
    wanted = tuple(dict.fromkeys(sources))
    names = tuple(interfaces)
    found: dict[str, Entry] = {}
    for source in wanted:
        try:
            found.update(_answers(source, names))
        except Exception as error:  # pyroute2 raises its own, OSError, and struct.error on a kernel it does not know
            concrete = (source.replace("{nic}", name) for name in names) if "{nic}" in source else (source,)
            found.update(dict.fromkeys(concrete, Unreadable(_reason(error))))
    return found


def _answers(source: str, names: tuple[str, ...]) -> dict[str, Entry]:
    if source == LINKS:
        return {source: canonical(list(_links()))}
    family, kind, name = source.removeprefix(PREFIX).split("/", 2)
    if family != "ethtool" or kind not in KINDS:
        return {source: Unreadable("no such netlink request is known")}
    asked = names if name == "{nic}" else (name,)
    answers = _ethtool(kind, asked)
    return {f"{PREFIX}ethtool/{kind}/{one}": answers[one] for one in asked}


def canonical(value: object) -> bytes:
    """JSON whose bytes are equal for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _ethtool(kind: str, names: tuple[str, ...]) -> dict[str, Entry]:
    """What every interface answers to one kind of request."""
    from pyroute2.netlink.generic import GenericNetlinkSocket

    with GenericNetlinkSocket() as socket:
        # A kernel before 5.6 has no such family; pyroute2 would log that as an error, here the tree holds the reason.
        socket.asyncore.module_err_level = "debug"
        socket.bind("ethtool", _message_class(kind))
        try:
            found = {_name(message): _plain(kind, message) for message in _request(socket, kind, None)}
            missing: Entry = Unreadable(os.strerror(errno.EOPNOTSUPP))
            return {name: canonical(found[name]) if name in found else missing for name in names}
        except Exception:  # one broken driver ends the whole dump: ask for each interface alone
            return {name: _one(socket, kind, name) for name in names}


def _one(socket: Netlink, kind: str, name: str) -> Entry:
    try:
        (message,) = _request(socket, kind, name)
        return canonical(_plain(kind, message))
    except Exception as error:
        return Unreadable(_reason(error))


def _request(socket: Netlink, kind: str, name: str | None) -> Iterator[Netlink]:
    from pyroute2.netlink import NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST

    message = _message_class(kind)()
    message["cmd"], message["version"] = KINDS[kind][0], 1
    device = [["ETHTOOL_A_HEADER_DEV_NAME", name]] if name is not None else []
    message["attrs"].append(("device", {"attrs": device}))
    flags = NLM_F_REQUEST | (NLM_F_ACK if name is not None else NLM_F_DUMP)
    yield from socket.nlm_request(message, msg_type=socket.prid, msg_flags=flags)


def _message_class(kind: str) -> Netlink:
    """A pyroute2 message for one kind. The header attribute must not be called `header`: it would hide the message's
    own; and its class needs `nla_flags` NLA_F_NESTED (pyroute2's has), or the kernel answers EINVAL."""
    from pyroute2.netlink import genlmsg
    from pyroute2.netlink.generic.ethtool import ethtoolbitset, ethtoolheader

    fields = (("unspec", "none"), ("device", "ethtoolheader"), *KINDS[kind][1])
    return type(kind, (genlmsg,), {"nla_map": fields, "ethtoolheader": ethtoolheader, "ethtoolbitset": ethtoolbitset})


def _name(message: Netlink) -> str:
    return str(message.get_attr("device").get_attr("ETHTOOL_A_HEADER_DEV_NAME"))


def _plain(kind: str, message: Netlink) -> dict[str, object]:
    """The known attributes of an answer as plain values; a bit set becomes the sorted names of its set bits."""
    values = ((name, message.get_attr(name)) for name, _ in KINDS[kind][1])
    return {name: _value(value) for name, value in values if value is not None}


def _value(value: Netlink) -> object:
    return value if isinstance(value, int | str) else sorted(_bits(value))


def _bits(value: Netlink) -> Iterator[str]:
    """Names of a bit set: a list of set bits where there is no mask, else the bits whose VALUE flag is there."""
    listed = value.get_attr("ETHTOOL_A_BITSET_NOMASK") is not None
    bits = value.get_attr("ETHTOOL_A_BITSET_BITS")
    for bit in bits.get_attrs("ETHTOOL_A_BITSET_BITS_BIT") if bits is not None else ():
        if listed or bit.get_attr("ETHTOOL_A_BITSET_BIT_VALUE") is not None:
            yield str(bit.get_attr("ETHTOOL_A_BITSET_BIT_NAME"))


def _links() -> Iterator[dict[str, object]]:
    """Name, qdisc, kind, master and queue counts of every interface, and its virtual functions (RTM_GETLINK)."""
    from pyroute2 import IPRoute

    keys = {
        "ifname": "IFLA_IFNAME",
        "qdisc": "IFLA_QDISC",
        "master": "IFLA_MASTER",
        "rx_queues": "IFLA_NUM_RX_QUEUES",
        "tx_queues": "IFLA_NUM_TX_QUEUES",
    }
    with IPRoute() as route:
        for link in route.get_links(ext_mask=_WITH_FUNCTIONS):
            info = link.get_attr("IFLA_LINKINFO")
            values = {key: link.get_attr(attribute) for key, attribute in keys.items()}
            values["kind"] = info.get_attr("IFLA_INFO_KIND") if info is not None else None
            values["ifindex"] = link["index"]
            values["vfs"] = [_function(one) for one in _all(link.get_attr("IFLA_VFINFO_LIST"), "IFLA_VF_INFO")] or None
            yield {key: value for key, value in values.items() if value is not None}


def _all(parent: Netlink, name: str) -> list[Netlink]:
    return parent.get_attrs(name) if parent is not None else []


def _function(info: Netlink) -> dict[str, object]:
    """What a physical function decides for one of its virtual ones (include/uapi/linux/if_link.h, ifla_vf_*); what the
    driver does not know is all ones, and left out."""
    found: dict[str, object] = {}
    for attribute, field, name in _OF_FUNCTION:
        value = info.get_attr(attribute)
        if value is not None:
            found["vf"] = value["vf"]
            if value[field] != _NOT_KNOWN:
                found[name] = value[field]
    return found


def _reason(error: Exception) -> str:
    code = getattr(error, "code", None) or getattr(error, "errno", None)
    return os.strerror(code) if isinstance(code, int) else f"{type(error).__name__}: {error}"
