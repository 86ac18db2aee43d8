"""Identities that show by their shape, or by the word in front of them, in whatever text they stand."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv6Address

from perfadvisor.redacting.kinds import Identifier, IdentityKind

_H = "[0-9A-Fa-f]{2}"
_UNITS = r"(?:service|socket|slice|scope|mount|device|target|path|timer|swap)"
_NAME = r"[A-Za-z0-9][A-Za-z0-9.-]*"
_PUBLIC = re.compile(
    r"(?:.*\.)?(?:libvirt\.org|openstack\.org|w3\.org|kernel\.org|qemu\.org|github\.com|docker\.(?:io|com)|quay\.io"
    r"|kubernetes\.io|k8s\.io|kubevirt\.io|debian\.org|ubuntu\.com|fedoraproject\.org|redhat\.com|centos\.org"
    r"|opencontainers\.org|freedesktop\.org|example\.(?:com|org|net)|localhost|localdomain)",
    re.IGNORECASE,
)
_SIMPLE = tuple((kind, re.compile(text, flags)) for kind, text, flags in (
    (IdentityKind.MAC, rf"(?<![0-9A-Fa-f]:)(?<![0-9A-Fa-f-]){_H}(?::{_H}){{5}}(?!:?[0-9A-Fa-f])", 0),
    (IdentityKind.MAC, rf"(?<![0-9A-Fa-f:-]){_H}(?:-{_H}){{5}}(?!-?[0-9A-Fa-f])", 0),
    (IdentityKind.MAC, rf"(?<![0-9A-Fa-f:]){_H}(?::{_H}){{19}}(?!:?[0-9A-Fa-f])", 0),
    (IdentityKind.MAC, r"\b(?:enx|wlx|wwx|ibx)([0-9a-f]{12})\b", 0),
    (IdentityKind.WWN, rf"(?<![0-9A-Fa-f:-]){_H}(?::{_H}){{7}}(?!:?[0-9A-Fa-f])", 0),
    (IdentityKind.SERIAL, rf"(?<![0-9A-Fa-f:-]){_H}(?:-{_H}){{7}}(?!-?[0-9A-Fa-f])", 0),
    (IdentityKind.WWN, r"\b(?:wwn-)?0x[56][0-9a-f]{15}(?:[0-9a-f]{16})?\b", re.IGNORECASE),
    (IdentityKind.WWN, r"\b(?:(?:naa|eui)\.[0-9A-Fa-f]{16,32}|t10\.[\w.\-]{8,})\b", 0),
    (IdentityKind.WWN, r"\bnvme\.[0-9a-f]{4}-[0-9a-f]+-[0-9a-f]+-[0-9a-f]{8}\b", 0),
    (IdentityKind.WWN, r"\b[in]qn\.[0-9]{4}-[0-9]{2}\.[^\s\"',;<>\0)\\]+", 0),
    (IdentityKind.UUID,
     r"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f])", 0),
    (IdentityKind.UUID, r"(?<![0-9A-Fa-f_])[0-9a-f]{8}_(?:[0-9a-f]{4}_){3}[0-9a-f]{12}(?![0-9A-Fa-f])", 0),
    (IdentityKind.UUID, r"\b(?:PART)?UUID=[\"']?([0-9A-Fa-f][0-9A-Fa-f-]{3,})", 0),
    (IdentityKind.UUID, r"\bUUID : ((?:[0-9a-f]{8}:){3}[0-9a-f]{8})", 0),
    (IdentityKind.UUID, r"/dev/disk/by-(?:part)?uuid/([\w-]+)", 0),
    (IdentityKind.LABEL, r"\b(?:PART)?LABEL=[\"']?([^\s\"',<]{2,})", 0),
    (IdentityKind.LABEL, r"/dev/disk/by-(?:part)?label/([^\s\"',<]+)", 0),
    (IdentityKind.SERIAL, r"/dev/disk/by-id/([\w.:+=-]+)", 0),
    (IdentityKind.SERIAL, r"\bserial(?:[ _]?(?:number|no\.?))?[\"']?\s*[:=]\s*[\"']?([A-Za-z0-9][\w.\-]{3,})",
     re.IGNORECASE),
    (IdentityKind.SERIAL, r"<(?:serial|entry name=[\"']serial[\"'])>\s*([^<\s][^<]{2,})<", 0),
    (IdentityKind.WWN, r"<wwn>\s*([0-9A-Fa-fx]{8,})\s*<", 0),
    (IdentityKind.CONTAINER, r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])", 0),
    (IdentityKind.KEY, r"\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp[0-9]+) (AAAA[0-9A-Za-z+/=]{16,})", 0),
    (IdentityKind.KEY, r"\b(SHA256:[0-9A-Za-z+/]{43})", 0),
    (IdentityKind.HOST, rf"^Linux (?!version )({_NAME}) [0-9]+\.[0-9]+", re.MULTILINE),
    (IdentityKind.HOST, rf"\"system_info\"\s*:\s*\"Linux ({_NAME}) ", 0),
    (IdentityKind.HOST, rf"\"connecting_to\"\s*:\s*{{\s*\"host\"\s*:\s*\"({_NAME})\"", 0),
    (IdentityKind.HOST, rf"\b(?:static )?(?:host_?name|node_?name)[\"']?\s*[:=]\s*[\"']?({_NAME})", re.IGNORECASE),
    (IdentityKind.HOST,
     rf"^(?:[A-Z][a-z]{{2}} [ 0-9][0-9] [0-9:]{{8}}|[0-9]{{4}}-[0-9-]{{5}}T[0-9:.+-]+) ({_NAME}) [\w./@-]+"
     r"(?:\[[0-9]+\])?: ", re.MULTILINE),
    (IdentityKind.HOST, rf"\s- (?:nfs4?|ceph|glusterfs|fuse\.\S+) ({_NAME}):", 0),
    (IdentityKind.HOST, rf"^({_NAME}):/\S* \S+ (?:nfs4?|ceph|fuse\S*) ", re.MULTILINE),
    (IdentityKind.HOST, rf"(?<![\w:/])//({_NAME})/\S", 0),
    (IdentityKind.HOST, rf"<host name=[\"']({_NAME})", 0),
    (IdentityKind.HOST, rf"\"Image\"\s*:\s*\"({_NAME}\.[a-z]{{2,}})(?::[0-9]+)?/", 0),
    (IdentityKind.CONTAINER, r"\b(?:docker|podman)[ \0](?:run|create)\b[^\n]*?--name[= \0]([\w.-]+)", 0),
    (IdentityKind.UUID, r"\b(?:Machine|Boot) ID:\s*([0-9a-f]{32})\b", re.IGNORECASE),
    (IdentityKind.SERIAL, r"\b(?:SN|S/N)\s*[:=]\s*([A-Za-z0-9][\w.\-]{4,})", 0),
    (IdentityKind.WWN, r"\bWWN Device Id:\s*([0-9a-f] [0-9a-f]{6} [0-9a-f]{9})", re.IGNORECASE),
    (IdentityKind.WWN, r"\bGUID:?\s*(0x[0-9a-f]{16})\b", re.IGNORECASE),
    (IdentityKind.HOST, r"\bHostname set to <([^<>\n]+)>", 0),
    (IdentityKind.HOST, rf"\bip=(?:[0-9.]*:){{4}}({_NAME}):", 0),
    (IdentityKind.USER,
     r"\b(?:sshd|sudo|su|systemd-logind|login)\b[^\n]*?\b(?:for user|for|user) (?:invalid user )?([a-z_][\w-]*)\b", 0),
    (IdentityKind.DOMAIN, r"^(?:search|domain)\s+([A-Za-z0-9.-]+\.[A-Za-z]{2,})", re.MULTILINE),
    (IdentityKind.VM, r"\blibvirt:([^\s,\"'/]+)", 0),
    (IdentityKind.CONTAINER, r"\b(?:docker|podman):@([\w.-]+)", 0),
    (IdentityKind.USER, r"/(?:home|Users)/([^/\s\"',:;<>\0]+)", 0),
    (IdentityKind.USER, r"(?:^|[\s\0\"'])(?:USER|LOGNAME|SUDO_USER|USERNAME)=([a-z_][\w-]*)", 0),
    (IdentityKind.USER, r"\buid=[0-9]+\(([a-z_][\w-]*)\)", 0),
    (IdentityKind.MAIL,
     rf"(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?!{_UNITS}\b)[A-Za-z]{{2,}}(?![\w-])", 0),
))  # fmt: skip
_BOTH = tuple(
    re.compile(text, re.MULTILINE)
    for text in (
        rf"^\[?([a-z_][\w-]*)@({_NAME})[: ][^\n]{{0,80}}?[$#](?:[ \n]|$)",  # a prompt
        rf"\bLinux version \S+ \(([^@()\s]+)@({_NAME})\)",
        rf"\bssh:(?:([^@\s,\"']+)@)?({_NAME})",
        rf"\b(?:ssh|scp|sftp)(?: -\S+)* ([a-z_][\w-]*)@({_NAME})",
        rf"\A([a-z_][\w-]*)@({_NAME})\Z",
        rf"\b[a-z][a-z0-9+.-]{{1,15}}://(?:([^\s/@:\"'<>]+)(?::[^\s/@\"'<>]*)?@)?({_NAME})",
    )
)
_IPV4 = re.compile(r"(?<![\w.])((?:[0-9]{1,3}\.){3}[0-9]{1,3})(/[0-9]{1,2}(?![0-9]))?(?![\w]|\.[0-9])")
_IPV6 = re.compile(r"(?<![\w:.])((?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4})(?![\w:])")
_VERSION = re.compile(r"\b(?:version|firmware|fw|ver|pkg|rev|release|bios|build)\b[^\n]{0,24}\Z", re.IGNORECASE)
NO_IDENTITY = re.compile(
    r"(?:0x)?[0fx.:_-]*|none|n/?a|null|unknown|hidden|invalid|not (?:specified|available|present|applicable)"
    r"|to be filled.*|default string|system (?:serial|product|version|manufacturer).*",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\.(?:tar|gz|xz|zst|zip|xml|ya?ml|json|img|iso|qcow2|log|txt|html|csv|conf|py|sh|so|service|scope)\Z"
)
_COLUMN = re.compile(r"\b(?:SERIAL|SN)\b(?= |\Z)")
UNIT = re.compile(rf".*\.{_UNITS}\Z")


def in_text(text: str) -> Iterator[Identifier]:
    """Every identity that shows in a text."""
    for kind, pattern in _SIMPLE:
        for found in pattern.finditer(text):
            value = (found[1] if pattern.groups else found[0]).strip()
            if not NO_IDENTITY.fullmatch(value):
                yield from _one(kind, value)
    for pattern in _BOTH:
        for found in pattern.finditer(text):
            yield from _user_and_host(found[1], found[2])
    yield from addresses(text)


def _one(kind: IdentityKind, value: str) -> Iterator[Identifier]:
    if kind is IdentityKind.HOST:
        yield from host(value)
    else:
        yield Identifier(kind, value)


def _user_and_host(user: str | None, name: str) -> Iterator[Identifier]:
    if UNIT.fullmatch(name) or _PUBLIC.fullmatch(name):
        return
    if user and user != "hidden":
        yield Identifier(IdentityKind.USER, user)
    yield from host(name)


def host(name: str) -> Iterator[Identifier]:
    """A host's name, with its domain and its short name where it has both."""
    name = name.rstrip(".")
    if not name or _PUBLIC.fullmatch(name) or _is_address(name):
        return
    short, dot, domain = name.partition(".")
    yield Identifier(IdentityKind.HOST, short)
    if dot and domain.lower() not in ("local", "localdomain"):
        yield Identifier(IdentityKind.HOST, name)
        yield Identifier(IdentityKind.DOMAIN, domain)


def _is_address(name: str) -> bool:
    return re.fullmatch(r"[0-9.]+", name) is not None


def addresses(text: str) -> Iterator[Identifier]:
    """Addresses of IPv4 and IPv6 but those that every machine has; four numbers of a version are none."""
    for found in _IPV4.finditer(text):
        address = _address4(found[1])
        if address is None or _VERSION.search(text, max(0, found.start() - 48), found.start()):
            continue
        if found[2] and _is_network(found[0]):
            yield Identifier(IdentityKind.ADDRESS, found[0])
        yield Identifier(IdentityKind.ADDRESS, found[1])
    for found in _IPV6.finditer(text):
        if _address6(found[1]):
            yield Identifier(IdentityKind.ADDRESS, found[1])


def _address4(text: str) -> IPv4Address | None:
    try:
        address = IPv4Address(text)
    except AddressValueError:
        return None
    first = int(address) >> 24
    return address if 0 < first < 224 and first != 127 else None


def _is_network(text: str) -> bool:
    try:
        interface = IPv4Interface(text)
    except ValueError:
        return False
    return interface.ip == interface.network.network_address


def _address6(text: str) -> bool:
    """Whether it is an address of a machine: global, unique local or link-local ones."""
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return False
    return int(address) >> 125 == 1 or address.is_link_local or int(address) >> 121 == 0x7E


def domain_hosts(text: str, domain: str) -> Iterator[Identifier]:
    """Every other host of a domain that is known."""
    for found in re.finditer(rf"(?<![\w.-])({_NAME})\.{re.escape(domain)}(?![\w-])", text, re.IGNORECASE):
        yield from host(found[0])


def domain_of(text: str, short: str) -> Iterator[Identifier]:
    """The domain of a host of which the short name is known, where the text has its full name."""
    pattern = rf"(?<![\w.-]){re.escape(short)}((?:\.[A-Za-z0-9-]+)+)(?![\w-])"
    for found in re.finditer(pattern, text, re.IGNORECASE):
        if found[1].count(".") > 1 and not _FILE.search(found[1]):
            yield from host(short + found[1])


def in_columns(text: str) -> Iterator[Identifier]:
    """Serial numbers in tables: the columns SERIAL of lsblk and SN of nvme."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        for heading in _COLUMN.finditer(line) if line.startswith(("NAME", "Node", "DEVICE", "KNAME")) else ():
            for row in lines[number + 1 :]:
                if not row.strip():
                    break
                word = row[heading.start() :].partition(" ")[0]
                if row[heading.start() - 1 : heading.start()] in ("", " ") and re.search(r"[0-9].{3}|.{3}[0-9]", word):
                    yield Identifier(IdentityKind.SERIAL, word)
