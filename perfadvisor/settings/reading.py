"""From sources to the values of a setting, and back: the raw text of a file, the JSON of a netlink answer."""

import json
from collections.abc import Mapping

from perfadvisor.model.tree import Tree
from perfadvisor.settings.model import Door, Setting, Type, Values

FLAGS = {"on": True, "off": False}


def values(setting: Setting, subject: str, tree: Tree) -> Values | None:
    """The values of the whole group as text, None where they were not read. Fields that the driver does not have are
    left out."""
    if setting.door is Door.FILE:
        text = tree.text(setting.source(subject))
        return None if text is None else {setting.fields[0].name: current(text, setting.fields[0].type)}
    answer = netlink(tree, setting.source(subject))
    if answer is None:
        return None
    found = {field.name: (answer.get(field.key), field.type) for field in setting.fields}
    return {name: _spoken(value, type_) for name, (value, type_) in found.items() if isinstance(value, int)}


def current(text: str, type_: Type) -> str:
    """The present word of a file that lists all: "none [mq-deadline]" -> "mq-deadline"."""
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
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def rewritten(setting: Setting, subject: str, tree: Tree, to: Values) -> bytes:
    """The source as it would read after these fields were written."""
    source = setting.source(subject)
    if setting.door is Door.ETHTOOL:
        answer = dict(netlink(tree, source) or {})
        for field in setting.fields:
            if field.name in to:
                text = to[field.name]
                answer[field.key] = int(FLAGS[text]) if field.type is Type.FLAG else int(text)
        return json.dumps(answer).encode()
    was, word = tree.text(source) or "", to[setting.fields[0].name]
    if setting.fields[0].type is Type.CHOICE and "[" in was:
        listed = was.replace("[", "").replace("]", "").split()
        return " ".join(f"[{one}]" if one == word else one for one in listed).encode() + b"\n"
    return word.encode() + b"\n"


def _spoken(value: object, type_: Type) -> str:
    return ("on" if value else "off") if type_ is Type.FLAG else str(value)
