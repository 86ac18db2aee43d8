"""The kinds of identity that are replaced, and how their number is worded."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from perfadvisor.formatting import count_of, listed


class IdentityKind(StrEnum):
    """What a value tells about: a machine, a person or a thing that belongs to them."""

    HOST = "host name"
    DOMAIN = "domain name"
    ADDRESS = "address"
    MAC = "MAC address"
    SERIAL = "serial number"
    UUID = "UUID"
    WWN = "world-wide name"
    KEY = "SSH key"
    USER = "user name"
    MAIL = "mail address"
    PATH = "path below home"
    VM = "guest name"
    CONTAINER = "container name"
    LABEL = "label"


_MANY = {
    IdentityKind.ADDRESS: "addresses",
    IdentityKind.MAC: "MAC addresses",
    IdentityKind.MAIL: "mail addresses",
    IdentityKind.PATH: "paths below home",
}


class Identifier(NamedTuple):
    """One value of a kind, as it was found."""

    kind: IdentityKind
    value: str


def counted(counts: Mapping[str, int]) -> str:
    """`2 host names, 5 addresses and 1 user name`; "nothing" where there was none."""
    known = {kind.value: kind for kind in IdentityKind}
    words = [
        count_of(count, name, _MANY.get(known[name], "") if name in known else "") for name, count in counts.items()
    ]
    return listed(words) or "nothing"
