"""Names of guests and containers, and what their owners wrote about them, in the definitions that hold them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from perfadvisor.redacting.kinds import Identifier, IdentityKind
from perfadvisor.redacting.patterns import host
from perfadvisor.redacting.words import is_plain

_DOMAIN = re.compile(r"<domain\b[^>]*>(.*?)(?:</domain>|\Z)", re.DOTALL)
_NAMED = (
    re.compile(r"<name>\s*([^<]+?)\s*</name>"),
    re.compile(r"<(?:title|description)>\s*([^<]+?)\s*</"),
    re.compile(r"<nova:(?:name|project)\b[^>]*>\s*([^<]+?)\s*</"),
)
_OWNER = re.compile(r"<nova:user\b[^>]*>\s*([^<]+?)\s*</")
_LINES = (
    re.compile(r"^Name:[ \t]+(\S+)[ \t]*\n(?:UUID|State|OS Type):", re.MULTILINE),  # virsh dominfo
    re.compile(r"^Domain: '([^'\n]+)'", re.MULTILINE),  # virsh domstats
    re.compile(r"(?:^|[\s\0])-name[\s\0](?:guest=)?([^\s\0,]+)"),  # QEMU
    re.compile(r"^(?:name|hostname|description): (\S[^\n]*)\n(?=(?:.*\n)*?(?:cores|memory|ostype|scsihw|rootfs): )"),
)
_METADATA = re.compile(r"^( *)metadata:\n((?:\1 +[^\n]*\n)+)", re.MULTILINE)
_OBJECT_NAME = re.compile(r"^ *(?:name|generateName|namespace): [\"']?([^\s\"']+)", re.MULTILINE)
MOST_DEPTH = 100
_VERSION = re.compile(r"v?[0-9][\w.+~:-]*")


def in_definition(text: str) -> Iterator[Identifier]:
    """The names in a definition of libvirt, a command line of QEMU, a configuration of Proxmox, an object of
    Kubernetes, or what docker and podman print of their containers."""
    for domain in _DOMAIN.finditer(text):
        yield from _of_domain(domain[1])
    for pattern in _LINES:
        yield from (Identifier(IdentityKind.VM, found[1].strip()) for found in pattern.finditer(text))
    if "apiVersion" in text:
        for block in _METADATA.finditer(text):
            yield from (Identifier(IdentityKind.VM, found[1]) for found in _OBJECT_NAME.finditer(block[2]))
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield from _in_json(json.loads(text), 0)
        except (ValueError, RecursionError):
            return


def _of_domain(text: str) -> Iterator[Identifier]:
    named = _NAMED[0].search(text)  # later ones name snapshots, models and networks
    if named:
        yield Identifier(IdentityKind.VM, named[1])
    for pattern in _NAMED[1:]:
        yield from (Identifier(IdentityKind.VM, found[1]) for found in pattern.finditer(text))
    yield from (Identifier(IdentityKind.USER, found[1]) for found in _OWNER.finditer(text))


def _in_json(value: Any, depth: int) -> Iterator[Identifier]:  # noqa: ANN401 - JSON
    if depth > MOST_DEPTH:
        return
    if isinstance(value, dict):
        if "HostConfig" in value or "GraphDriver" in value:
            yield from _of_container(value)
        if "apiVersion" in value and isinstance(value.get("metadata"), dict):
            names = (value["metadata"].get(key) for key in ("name", "generateName", "namespace"))
            yield from (Identifier(IdentityKind.VM, name) for name in names if isinstance(name, str))
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _in_json(each, depth + 1)


def _of_container(found: dict[str, Any]) -> Iterator[Identifier]:
    config = found.get("Config") if isinstance(found.get("Config"), dict) else {}
    assert isinstance(config, dict)
    for name in (found.get("Name"), found.get("Namespace"), *_texts(found.get("Names"))):
        if isinstance(name, str):
            yield Identifier(IdentityKind.CONTAINER, name.removeprefix("/"))
    for name in (config.get("Hostname"), config.get("Domainname")):
        if isinstance(name, str):
            yield from host(name)
    labels = config.get("Labels")
    for label in labels.values() if isinstance(labels, dict) else ():
        if isinstance(label, str) and len(label) > 3 and not _VERSION.fullmatch(label) and not is_plain(label):
            yield Identifier(IdentityKind.LABEL, label)
    user = config.get("User")
    if isinstance(user, str):
        yield Identifier(IdentityKind.USER, user.partition(":")[0])


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
