"""Identities that show by where they stand: in the kernel's files of names and serial numbers, and in names of
sources."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from perfadvisor.model.tree import Entry, Symlink
from perfadvisor.redacting.definitions import in_definition
from perfadvisor.redacting.kinds import Identifier, IdentityKind
from perfadvisor.redacting.patterns import NO_IDENTITY, host, in_columns, in_text

_FILES = (
    (
        re.compile(r"/proc/sys/kernel/(?:hostname|domainname)|/etc/(?:host|mail)name|\$ (?:uname -n|hostname\b.*)"),
        IdentityKind.HOST,
    ),
    (
        re.compile(
            r"/etc/machine-id|/var/lib/dbus/machine-id|/proc/sys/kernel/random/boot_id|/sys/.*/"
            r"(?:uuid|hostid|product_uuid|nguid|uuid_?le)"
        ),
        IdentityKind.UUID,
    ),
    (re.compile(r"/sys/.*/(?:[a-z]+_)?(?:serial|serial_number|asset_tag|unique_id|vpd_pg80)"), IdentityKind.SERIAL),
    (
        re.compile(
            r"/sys/.*/(?:wwid|wwn|eui|port_name|node_name|sys_image_guid|(?:node|port)_guid|subsysnqn|hostnqn"
            r"|dm/uuid)"
        ),
        IdentityKind.WWN,
    ),
    (re.compile(r"/sys/.*/dm/name"), IdentityKind.LABEL),
)
_NAMES = (
    (re.compile(r"/(?:etc|run)/libvirt/(?:qemu|lxc)/(?!networks/)(?:[^/]+/)?([^/]+)\.xml"), IdentityKind.VM),
    (re.compile(r"\$ virsh (?:-\S+ )*\w+ ([^\s-]\S*)"), IdentityKind.VM),
    (re.compile(r"/lxc(?:\.payload|\.monitor)?[./]([^/]+)/"), IdentityKind.CONTAINER),
)
_SCOPE = re.compile(r"machine-(?:qemu|lxc|libvirt)\\x2d[0-9]+\\x2d([^/\n]+)\.scope|machine-([^/\n]+)\.scope")
_TELLING = re.compile(r"[0-9A-Fa-f]{8}|@|(?:[0-9A-Fa-f]{2}:){5}|/home/|/Users/|\.[0-9]+\.[0-9]+\.")
ROUTES, ROUTES6, ADDRESSES6 = (
    re.compile(rf".*/net/{name}") for name in (r"route", r"ipv6_route", r"if_inet6")
)  # of any process
_NO_VALUE = re.compile(r"\(none\)|[\W_0]*")
_DIGITS_ONLY = re.compile(r"[\s0-9,.:+-]*")
NEVER_LOOKED_INTO = re.compile(r"/sys/.*/(?:config|msi_irqs/[0-9]+)")
LEFT_OUT = re.compile(
    r"/sys/.*/(?:vpd|vpd_pg8[03]|rom|resource[0-9]+)|/sys/firmware/(?:dmi/tables|acpi/tables|efi/efivars)/.*"
    r"|/etc/(?:passwd|group|g?shadow|sudoers|ssh|ssl|NetworkManager)-?(?:/.*)?|/(?:home|root|Users)/.*|.*/\.ssh/.*"
)


def of_entry(source: str, entry: Entry) -> Iterator[Identifier]:
    """What a source and its name tell."""
    yield from in_name(source)
    if isinstance(entry, Symlink):
        yield from in_name(entry.target)
    if not isinstance(entry, bytes) or _DIGITS_ONLY.fullmatch(text := decoded(entry)):
        return
    value = text.strip(" \t\r\n\0")
    for pattern, kind in _FILES:
        if pattern.fullmatch(source) and not _NO_VALUE.fullmatch(value) and not NO_IDENTITY.fullmatch(value):
            yield from host(value) if kind is IdentityKind.HOST else (Identifier(kind, value),)
    yield from _of_network(source, text)
    if not source.startswith("/sys/"):
        yield from in_words(text)
    elif not NEVER_LOOKED_INTO.fullmatch(source):
        yield from (one for one in in_text(text) if one.kind is not IdentityKind.ADDRESS)


def decoded(data: bytes) -> str:
    """Bytes as text that can be turned back without loss."""
    return data.decode("utf-8", "surrogateescape")


def in_words(text: str) -> Iterator[Identifier]:
    """What a text of a program, a definition or a list of words tells."""
    yield from in_text(text)
    yield from in_definition(text)
    yield from in_columns(text)
    if "\0" in text:
        for word in text.split("\0"):
            yield from in_text(word)
    yield from in_name(text)


def in_name(source: str) -> Iterator[Identifier]:
    """What the name of a source tells, and where one stands in a text: files of guests, groups of control groups."""
    for pattern, kind in _NAMES:
        yield from (Identifier(kind, found[1]) for found in pattern.finditer(source))
    for found in _SCOPE.finditer(source):
        yield Identifier(IdentityKind.VM, unescaped(found[1] or found[2]))
    if _TELLING.search(source):
        yield from in_text(source)


def unescaped(unit: str) -> str:
    """A name as it was before systemd-escape(1)."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), unit)


def _of_network(source: str, text: str) -> Iterator[Identifier]:
    """The addresses in the kernel's tables, which are written in hexadecimal digits."""
    if ROUTES.fullmatch(source):
        for found in re.findall(r"\b[0-9A-F]{8}\b", text):
            address = IPv4Address(bytes.fromhex(found)[::-1])
            yield from in_text(str(address))
    if ROUTES6.fullmatch(source) or ADDRESSES6.fullmatch(source):
        for found in re.findall(r"\b[0-9a-f]{32}\b", text):
            yield from in_text(IPv6Address(bytes.fromhex(found)).compressed)
