"""One value of a libvirt guest's persistent definition: an attribute, the text of an element, or that it is there.

The subject is GUEST/PATH, the path in XPath's words below `<domain>`: `db/cpu/@mode`, `db/devices/disk[2]/iotune`.
It is written by virt-xml(1) and takes effect when the guest is started next. A guest that another program than libvirt
defines anew at each start (OpenStack Nova, KubeVirt, ...) has no such values, because they would not last."""

import re
from collections.abc import Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement, tostring

from perfadvisor.errors import InputError
from perfadvisor.facts.guest import libvirt, owner
from perfadvisor.facts.guest.guest import DEFINED, RUNNING
from perfadvisor.facts.reading import xmltext
from perfadvisor.settings.model import Disturbs, Door, Field, FileForm, Setting, Type
from perfadvisor.settings.shown import ABSENT

NAME = "guest.definition"
DEFINITION = Setting(
    name=NAME,
    subject="guest_part",
    door=Door.DEFINITION,
    form=FileForm.DEFINITION,
    path=f"{DEFINED}/{{subject}}.xml",
    disturbs=Disturbs.RESTART,
    lasts="over restarts",
    meaning="a value of a guest's libvirt definition; subject db/cpu/@mode; absent: not there",
    fields=(Field(name="value", type=Type.TEXT),),
)
ALL = (DEFINITION,)
_STEP = re.compile(r"(\w+)(?:\[@(\w+)='([^']*)'\])?\Z")
_PATH = re.compile(r"(?:\w+(?:\[(?:[1-9]\d{0,4}|@\w+='[^']*')\])?(?:/(?=\w)|\Z))*\Z")
_PLAIN = re.compile(r"[\w./@:=\[\]-]+\Z")


def element_of(text: str) -> Element | None:
    """The guest's element, also of the record of a guest that runs; None where there is none."""
    try:
        root = xmltext.parse(text.encode(), "definition")
    except InputError:
        return None
    return root if root.tag == "domain" else root.find("domain")


def value_of(text: str, subject: str) -> str | None:
    """What the definition says at the path: `absent` where it says nothing, "" for an element without text. None where
    it is not a definition, or not libvirt's own, or the path is none."""
    domain = element_of(text)
    if domain is None or libvirt.of_domain(domain, "").owner != owner.LIBVIRT:
        return None
    path, attribute = _path(subject)
    if not _PATH.match(path):
        return None
    found = domain.find(path) if path else domain
    if found is None:
        return ABSENT
    return found.get(attribute, ABSENT) if attribute else (found.text or "").strip()


def with_value(text: str, subject: str, value: str) -> str:
    """The definition with this value; elements on the way are made."""
    domain = element_of(text)
    if domain is None:
        return text
    path, attribute = _path(subject)
    if value == ABSENT:
        _remove(domain, path, attribute)
    else:
        found = _made(domain, path)
        if attribute:
            found.set(attribute, value)
        else:
            found.text = value or found.text
    return tostring(domain, encoding="unicode")


def argv(changes: Mapping[str, str]) -> tuple[str, ...]:
    """virt-xml's command for changes of one guest, subject -> value. They are one command, because libvirt refuses a
    definition that is valid only once all of them are made."""
    guest = next(iter(changes)).partition("/")[0]
    told = (_change(subject.partition("/")[2], value) for subject, value in changes.items())
    parts = (word for change in told for word in ("--xml", change))
    return ("virt-xml", guest, "--edit", *parts)


def _change(path: str, value: str) -> str:
    """One change in virt-xml's words."""
    if value == ABSENT:
        attribute = path.rpartition("/")[2].startswith("@")
        return f"xpath.set={_quoted(f'./{path}=')}" if attribute else f"xpath.delete={_quoted(f'./{path}')}"
    if value == "":
        return f"xpath.create={_quoted(f'./{path}')}"
    return f"xpath.set={_quoted(f'./{path}')},xpath.value={_quoted(value)}"


def _quoted(text: str) -> str:
    """The text as virt-xml reads one of its options: it splits them at commas, and takes quotes as a shell does."""
    if _PLAIN.match(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def running(setting: Setting) -> Setting:
    """The same, read where libvirt records what a guest was started with."""
    return replace(setting, path=setting.path.replace(DEFINED, RUNNING))


def _path(subject: str) -> tuple[str, str]:
    """(path of the element below the guest, name of its attribute)."""
    path = subject.partition("/")[2]
    start, _, last = path.rpartition("/")
    return (start, last[1:]) if last.startswith("@") else (path, "")


def _remove(domain: Element, path: str, attribute: str) -> None:
    found = domain.find(path) if path else domain
    if found is None:
        return
    if attribute:
        found.attrib.pop(attribute, None)
        return
    parent = domain.find(path.rpartition("/")[0] or ".")
    if parent is not None:
        parent.remove(found)


def _made(domain: Element, path: str) -> Element:
    here = domain
    for step in filter(None, path.split("/")):
        found = here.find(step)
        if found is None:
            named = _STEP.match(step)
            if named is None:
                return here  # a numbered device that went away
            found = SubElement(here, named[1], {named[2]: named[3]} if named[2] else {})
        here = found
    return here
