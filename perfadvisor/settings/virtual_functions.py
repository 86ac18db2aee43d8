"""What a NIC's physical function decides for its virtual ones: read over netlink, written by ip(8). The subject is
INTERFACE/NUMBER."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from perfadvisor.facts.net.virtual_ports import LINKS
from perfadvisor.settings.model import Door, Field, FileForm, Setting, Type

FLAGS = {"on": 1, "off": 0}
Texts = tuple[Callable[[str, str], str | None], Callable[[str, str, str], str]]


def _setting(name: str, form: FileForm, type_: Type, word: str, meaning: str) -> Setting:
    return Setting(
        name=f"nic_vf.{name}",
        subject="nic_vf",
        door=Door.TOOL,
        form=form,
        path=LINKS,
        meaning=meaning,
        tool=("ip", "link", "set", "dev", "{first}", "vf", "{second}", word, "{value}"),
        fields=(Field(name=name, type=type_),),
    )


ALL = (
    _setting("max_rate", FileForm.VF_RATE, Type.INTEGER, "max_tx_rate", "Mbit/s that it may send; 0: no limit"),
    _setting("trust", FileForm.VF_TRUST, Type.TEXT, "trust", "on: it may change its address and hear all packets"),
    _setting("spoof_check", FileForm.VF_SPOOF, Type.TEXT, "spoofchk", "on: only packets with its own address leave"),
)


def _value(text: str, subject: str, *, key: str) -> str | None:
    found = _function(_links(text), subject)
    value = found.get(key) if found else None
    if not isinstance(value, int):
        return None
    return str(value) if key == "max_tx_megabits" else "on" if value else "off"


def _with(text: str, subject: str, value: str, *, key: str) -> str:
    links = _links(text)
    found = _function(links, subject)
    if found is not None:
        found[key] = FLAGS[value] if value in FLAGS else int(value)
    return json.dumps(links)


def _links(text: str) -> list[dict[str, Any]]:
    """What `ip -json link` listed; what is none of it is left out."""
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return [link for link in found if isinstance(link, dict)] if isinstance(found, list) else []


def _function(links: list[dict[str, Any]], subject: str) -> dict[str, Any] | None:
    nic, _, number = subject.rpartition("/")
    listed = (link.get("vfs") for link in links if link.get("ifname") == nic)
    functions = (one for each in listed if isinstance(each, list) for one in each if isinstance(one, dict))
    return next((one for one in functions if str(one.get("vf")) == number), None)


def _texts(key: str) -> Texts:
    return partial(_value, key=key), partial(_with, key=key)


FORMS = {
    FileForm.VF_RATE: _texts("max_tx_megabits"),
    FileForm.VF_TRUST: _texts("trusted"),
    FileForm.VF_SPOOF: _texts("spoof_check"),
}
