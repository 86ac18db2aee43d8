"""The ways in which one identity is written, each with what is written in its place."""

import json
from collections.abc import Callable, Iterator
from html import escape
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, ip_address

from perfadvisor.redacting.kinds import Identifier, IdentityKind
from perfadvisor.redacting.pseudonyms import Pseudonyms

Spelling = tuple[str, str]
SHORT_ID = 12  # digits of a container's identity that docker and podman print


def spellings(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    """Every spelling in small letters with its replacement."""
    for one, other in _WAYS.get(identity.kind, _word)(identity, names):
        yield one.lower(), other


def _word(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    """A name as it is, and as XML, JSON, systemd (unit names) and LVM (names of volumes) escape it."""
    word = names.word(identity.kind, identity.value)
    yield from ((text, word) for text in escaped(identity.value))


def escaped(name: str) -> set[str]:
    """The name, and how others write it where it has signs that mean something to them."""
    unit = "".join(each if each.isalnum() or each in ":_." else f"\\x{ord(each):02x}" for each in name)
    return {name, escape(name), json.dumps(name)[1:-1], unit, json.dumps(unit)[1:-1], name.replace("-", "--")}


def _host(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    """A host by its full name and by its short one; the domain is one of its own, for all its hosts."""
    short, dot, domain = identity.value.partition(".")
    word = names.word(IdentityKind.HOST, short)
    if dot:
        yield identity.value, f"{word}.{names.domain(domain)}"
        return
    yield from ((text, word) for text in escaped(short))


def _domain(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    yield identity.value, names.domain(identity.value)


def _mail(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    name, _, domain = identity.value.partition("@")
    yield identity.value, f"{names.word(IdentityKind.MAIL, name)}@{names.domain(domain)}"


def _same_shape(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    shown = names.same_shape(identity.kind, identity.value)
    yield identity.value, shown
    if identity.value.startswith("0x"):
        yield identity.value[2:], shown[2:]


def _world_wide(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    """Its prefix says of which kind it is and stays; so does the date of an iSCSI or NVMe name."""
    value = identity.value
    if value.lower().startswith(("iqn.", "nqn.")):
        digits = names.hexadecimal(identity.kind, value, 12)
        yield value, f"{value[:3]}.2000-01.example:n{digits}"
        return
    prefix, core = split_prefix(value)
    shown = names.same_shape(identity.kind, core)
    yield value, prefix + shown
    if len(core) >= SHORT_ID:
        yield core, shown


def split_prefix(value: str) -> tuple[str, str]:
    """(`naa.`, the rest); the prefix is empty where there is none."""
    for prefix in ("naa.", "eui.", "t10.", "uuid.", "nvme.", "wwn-0x", "0x"):
        if value.lower().startswith(prefix):
            return value[: len(prefix)], value[len(prefix) :]
    return "", value


def _uuid(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    """With dashes, without them, and with underscores, as control groups of pods have it."""
    bare = identity.value.replace("-", "")
    if len(bare) != 32:  # a file system's short one
        yield identity.value, names.same_shape(identity.kind, identity.value)
        return
    shown = names.hexadecimal(identity.kind, bare, 32)
    yield bare, shown
    for sign in "-_":
        yield dashed(bare, sign), dashed(shown, sign)


def dashed(bare: str, sign: str) -> str:
    """32 digits in the groups of a UUID."""
    return sign.join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))


def _container(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    value = identity.value
    if len(value) != 64:
        yield from _word(identity, names)
        return
    shown = names.hexadecimal(identity.kind, value, 64)
    yield value, shown
    yield value[:SHORT_ID], shown[:SHORT_ID]


def _mac(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    """With colons, with dashes, in threes with dots, bare as in `enx001122334455`, and as an EUI-64 of IPv6."""
    bare = "".join(each for each in identity.value if each.isalnum())
    if len(bare) != 12:  # InfiniBand's 20 bytes, a GUID's 8
        yield identity.value, names.same_shape(identity.kind, identity.value)
        return
    shown = names.mac(bare)
    for form in _MAC_FORMS:
        yield form(bare), form(shown)
    for flip in (0x02, 0):
        before, after = _eui64(bare, flip), _eui64(shown, flip)
        for spelled in (_bare, lambda eui: _joined(eui, ":"), _groups, _short_groups):
            yield spelled(before), spelled(after)


def _joined(digits: str, sign: str, size: int = 2) -> str:
    return sign.join(digits[at : at + size] for at in range(0, len(digits), size))


_MAC_FORMS: tuple[Callable[[str], str], ...] = (
    lambda digits: _joined(digits, ":"),
    lambda digits: _joined(digits, "-"),
    lambda digits: _joined(digits, ".", 4),
    lambda digits: digits,
)


def _eui64(bare: str, flip: int) -> str:
    return f"{int(bare[:2], 16) ^ flip:02x}{bare[2:6]}fffe{bare[6:]}"


def _bare(digits: str) -> str:
    return digits


def _groups(digits: str) -> str:
    return _joined(digits, ":", 4)


def _short_groups(digits: str) -> str:
    """Leading zeros left out, as addresses of IPv6 are printed."""
    return ":".join(group.lstrip("0") or "0" for group in _groups(digits).split(":"))


def _address(identity: Identifier, names: Pseudonyms) -> Iterator[Spelling]:
    text, slash, length = identity.value.partition("/")
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        shown = names.address6(address)
        yield text, shown.compressed
        yield address.exploded, shown.exploded
        yield address.exploded.replace(":", ""), shown.exploded.replace(":", "")
        return
    mapped = names.address4(address)
    if slash:
        yield identity.value, str(IPv4Interface(f"{mapped}/{length}").network)
        return
    yield text, str(mapped)
    yield text.replace(".", "-"), str(mapped).replace(".", "-")  # ip-10-0-0-5


def little_endian(address: IPv4Address) -> str:
    """The 8 digits that /proc/net/route has."""
    return int(address).to_bytes(4, "big")[::-1].hex().upper()


_WAYS: dict[IdentityKind, Callable[[Identifier, Pseudonyms], Iterator[Spelling]]] = {
    IdentityKind.HOST: _host,
    IdentityKind.DOMAIN: _domain,
    IdentityKind.MAIL: _mail,
    IdentityKind.ADDRESS: _address,
    IdentityKind.MAC: _mac,
    IdentityKind.SERIAL: _same_shape,
    IdentityKind.UUID: _uuid,
    IdentityKind.WWN: _world_wide,
    IdentityKind.KEY: lambda identity, names: iter(((identity.value, names.word(IdentityKind.KEY, identity.value)),)),
    IdentityKind.CONTAINER: _container,
}
