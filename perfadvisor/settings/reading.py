"""From sources to the values of a setting, and back: the raw text of a file, the JSON of a netlink answer."""

import json
from collections.abc import Mapping

from perfadvisor.model.tree import Tree
from perfadvisor.settings.model import Door, Field, FileForm, Setting, Type, Values
from perfadvisor.settings.texts import FORMS

FLAGS = {"on": True, "off": False}


def values(setting: Setting, subject: str, tree: Tree) -> Values | None:
    """The values of the whole group as text, None where they were not read. Fields that the driver does not have are
    left out."""
    if setting.door is not Door.ETHTOOL:
        text = tree.text(setting.source(subject))
        value = None if text is None else _told(setting, subject, text)
        return None if value is None else {setting.fields[0].name: value}
    answer = netlink(tree, setting.source(subject))
    if answer is None:
        return None
    found = {field.name: (_value(field, answer), field.type) for field in setting.fields}
    return {name: _spoken(value, type_) for name, (value, type_) in found.items() if isinstance(value, int)}


def _told(setting: Setting, subject: str, text: str) -> str | None:
    if setting.form is FileForm.ALONE:
        return current(text, setting.fields[0].type)
    value_of, _ = FORMS[setting.form]
    return value_of(text, subject)


def _value(field: Field, answer: Mapping[str, object]) -> object:
    """What the answer says of a field. A feature that is off and that the driver cannot switch on has no value."""
    if not field.family:
        return answer.get(field.key)
    if any(one in field.family for one in _names(answer, "active")):
        return True
    return False if any(one in field.family for one in _names(answer, "hw")) else None


def held(setting: Setting, subject: str, tree: Tree) -> frozenset[str]:
    """The fields that are wanted on and that are off all the same: the kernel holds them back while what they need
    is off, and lets them go with it."""
    answer = netlink(tree, setting.source(subject)) if setting.door is Door.ETHTOOL else None
    waiting = set(_names(answer or {}, "wanted")) - set(_names(answer or {}, "active"))
    return frozenset(field.name for field in setting.fields if waiting & set(field.family))


def _names(answer: Mapping[str, object], key: str) -> list[str]:
    found = answer.get(key)
    return list(map(str, found)) if isinstance(found, list) else []


def current(text: str, type_: Type) -> str:
    """The present word of a file that lists all: "none [mq-deadline]" -> "mq-deadline". The numbers of a list
    (tcp_rmem) stand one space apart, as people write them; the kernel prints tabs."""
    if type_ is Type.TEXT:
        return " ".join(text.split())
    if type_ is Type.FLAG:
        return _spoken(text not in ("0", "N"), type_)
    inside = text.partition("[")[2].partition("]")[0]
    return inside if type_ is Type.CHOICE and inside else text


def choices(setting: Setting, subject: str, tree: Tree) -> tuple[str, ...] | None:
    """The words a choice takes, None where they are not listed anywhere."""
    if setting.fields[0].type is not Type.CHOICE:
        return None
    beside = setting.choices.replace("{subject}", subject)
    text = tree.text(beside or setting.source(subject))
    return None if text is None else tuple(text.replace("[", " ").replace("]", " ").split())


def netlink(tree: Tree, source: str) -> Mapping[str, object] | None:
    """A netlink answer as capture keeps it; None where there is none."""
    try:
        answer = json.loads(tree.read(source) or b"null")
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def rewritten(setting: Setting, subject: str, tree: Tree, to: Values) -> bytes:
    """The source as it would read after these fields were written."""
    source = setting.source(subject)
    if setting.door is Door.ETHTOOL:
        answer = dict(netlink(tree, source) or {})
        for field in setting.fields:
            if field.name in to:
                answer |= _answered(field, to[field.name], answer)
        return json.dumps(answer).encode()
    was, word = tree.text(source) or "", to[setting.fields[0].name]
    if setting.form is not FileForm.ALONE:
        _, with_value = FORMS[setting.form]
        return with_value(was, subject, word).encode() + b"\n"
    if setting.fields[0].type is Type.CHOICE and "[" in was:
        listed = was.replace("[", "").replace("]", "").split()
        return " ".join(f"[{one}]" if one == word else one for one in listed).encode() + b"\n"
    if setting.fields[0].type is Type.FLAG:
        word = str(int(FLAGS[word]))
    return word.encode() + b"\n"


def _answered(field: Field, text: str, answer: Mapping[str, object]) -> Mapping[str, object]:
    """What the answer would hold after this field was written."""
    if not field.family:
        return {field.key: int(FLAGS[text]) if field.type is Type.FLAG else int(text)}
    others = [name for name in _names(answer, "active") if name not in field.family]
    new = [name for name in _names(answer, "hw") if name in field.family] if FLAGS[text] else []
    return {"active": sorted(others + new)}


def _spoken(value: object, type_: Type) -> str:
    return ("on" if value else "off") if type_ is Type.FLAG else str(value)
