"""Where passwords, keys and tokens stand in texts of machines, by the grammar of what wrote them.

Sources: dracut.cmdline(7) (rd.iscsi.*, netroot=), systemd.system-credentials(7) and kernel-command-line(7), qemu(1)
(-object secret, -fw_cfg, -smbios, rbd: and iscsi: URLs), libvirt's formatdomain (passwd=, cookies, qemu:arg),
docker and podman inspect (Env, Cmd), Kubernetes (env, Secret), ssh and sshpass. A value hidden without need costs
nothing, because no fact reads it; so the names are taken widely.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

HIDDEN = "hidden"
MOST_DEPTH = 100  # of nested JSON: deeper text is hidden as a whole

_WORD = r"[\w.\-]{0,64}(?:passw(?:or)?d|passphrase|passcode|secret|token|credential|private.?key|api.?key)[\w.\-]{0,64}"
_LAST = r"[\w.\-]{0,64}(?:key|pass|pw|pwd|psk|auth|cookies?|bearer|authorization|sas|chap)"
_KEY = rf"(?<![\w.\-])(?P<key>(?:{_WORD}|{_LAST})[\"']?)(?P<is>\s*[=:]\s*)"
_NO_SECRET = re.compile(r"(?:on|off|yes|no|true|false|none|null|[01])?", re.IGNORECASE)
_NAMES_SECRET = re.compile(rf"--?(?:{_WORD}|{_LAST})|(?:{_WORD}|{_LAST})", re.IGNORECASE)
_SPACED = re.compile(_KEY + r"""(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|\S+)""", re.IGNORECASE)
_COMMAED = re.compile(_KEY + r"""(?P<value>"(?:[^"\\]|\\.)*"|(?:[^,]|,,)+)""", re.IGNORECASE)
# Each takes what it has looked at, secret or not: looking at it again from every later beginning costs the square.
_ANYWHERE: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"""(://[^/\s:%@"'<>]*[:%])[^/\s"'<>]*(?=@)"""), r"\g<1>" + HIDDEN),
    (
        re.compile(r"\b((?:netroot|root)=iscsi:)[^@\s]+(@)?"),
        lambda found: f"{found[1]}{HIDDEN}@" if found[2] else found[0],
    ),
    (re.compile(r"(io\.systemd\.credential(?:\.binary)?:[\w.\-]+=)[^\s,<\"']+"), r"\g<1>" + HIDDEN),
    (re.compile(r"(systemd\.set_credential(?:_binary)?=[\w.\-]+:)[^\s\"']+"), r"\g<1>" + HIDDEN),
    (re.compile(r"\b((?:Bearer|Basic)\s+)[\w.~+/=\-]{6,}", re.IGNORECASE), r"\g<1>" + HIDDEN),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*-----)?"), HIDDEN),
    (
        re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bglpat-[\w\-]{16,}|\bxox[abprs]-[\w\-]{10,}"),
        HIDDEN,
    ),
    (re.compile(r"\beyJ[\w\-]{8,}(\.[\w\-]{8,}\.[\w\-]*)?"), lambda found: HIDDEN if found[1] else found[0]),
)
# Options whose whole value, or one part of it, is data of the guest or a password.
_WHOLE = frozenset({"-u", "--user", "--proxy-user"})
# Programs that take a password behind -p, and those that take it as a part of that word.
_PASSWORD_FOLLOWS = frozenset({"sshpass"})
_PASSWORD_ATTACHED = _PASSWORD_FOLLOWS | {"mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"}
_PART = {"-fw_cfg": "string", "-smbios": "value", "-object": "data"}


def names_secret(name: str) -> bool:
    """Whether what this key, option or variable holds is a secret."""
    return _NAMES_SECRET.fullmatch(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)) is not None


def in_line(text: str) -> str:
    """A line of words parted by white space: the kernel's command line, a shell's, a configuration's."""
    return _anywhere(_SPACED.sub(_hidden, text))


def in_arguments(arguments: list[str]) -> list[str]:
    """The arguments of a program: QEMU's, ssh's, any other's."""
    names = {word.rpartition("/")[2] for word in arguments}  # behind sudo, env or timeout, too
    found = [_argument(option, text) for option, text in zip(["", *arguments], arguments, strict=False)]
    if names & _PASSWORD_FOLLOWS:
        found = [HIDDEN if option == "-p" else text for option, text in zip(["", *arguments], found, strict=False)]
    if names & _PASSWORD_ATTACHED:
        found = [f"-p{HIDDEN}" if re.match("-p.", text) else text for text in found]
    return found


def _argument(option: str, text: str) -> str:
    if option == "-append":
        return in_line(text)
    if option.startswith("-") and "=" not in option and names_secret(option) and not text.startswith("-"):
        return HIDDEN
    if option in _WHOLE and ":" in text:
        return HIDDEN
    if text.startswith("{"):
        return in_json(text)
    if option in _PART:
        text = re.sub(rf"((?:^|,){_PART[option]}=)(?:[^,]|,,)*", r"\g<1>" + HIDDEN, text)
    return _anywhere(_COMMAED.sub(_hidden, text))


def _hidden(found: re.Match[str]) -> str:
    value = found["value"]
    if _NO_SECRET.fullmatch(value):
        return found[0]
    quote = value[0] if value[0] in "\"'" and value[-1] == value[0] and len(value) > 1 else ""
    return f"{found['key']}{found['is']}{quote}{HIDDEN}{quote}"


def _anywhere(text: str) -> str:
    for pattern, shown in _ANYWHERE:
        text = pattern.sub(shown, text)
    return text


def in_json(text: str) -> str:
    """A JSON text: by the names of its keys, of `name` beside `value`, and of what lists of words hold. Text that is
    not JSON is taken for a line."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return in_line(text)
    shown = in_values(found)
    return text if shown == found else json.dumps(shown, separators=(",", ":"))


def in_values(value: Any, key: str = "", depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """The same values without secrets: docker and podman inspect, Kubernetes objects, QEMU's JSON options."""
    if depth > MOST_DEPTH:
        return HIDDEN
    if isinstance(value, dict):
        return dict(_members(value, depth))
    if isinstance(value, list):
        words = all(isinstance(each, str) for each in value)
        return in_arguments(value) if words else [in_values(each, key, depth + 1) for each in value]
    if not isinstance(value, str) or not value:
        return value
    if names_secret(key) and not _NO_SECRET.fullmatch(value):
        return HIDDEN
    return in_json(value) if value.startswith(("{", "[")) else in_line(value)


def _members(found: dict[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    guarded = found.get("kind") == "Secret" or found.get("qom-type") == "secret"
    named = names_secret(str(found.get("name", found.get("Name", ""))))
    for key, value in found.items():
        if guarded and key in ("data", "stringData"):
            yield key, dict.fromkeys(value, HIDDEN) if isinstance(value, dict) else HIDDEN
        elif (named and key in ("value", "Value") and isinstance(value, str)) or (
            names_secret(key) and isinstance(value, int | float) and not isinstance(value, bool)
        ):
            yield key, HIDDEN
        else:
            yield key, in_values(value, key, depth + 1)


_TAG = re.compile(
    r"""<(?P<name>[\w:.\-]+)(?P<attributes>(?:\s+[\w:.\-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)(?P<end>\s*/?>)"""
    r"(?P<text>[^<]*)"
)
_ATTRIBUTE = re.compile(r"""(?P<key>[\w:.\-]+)(?P<is>\s*=\s*)(?P<quote>["'])(?P<value>.*?)(?P=quote)""", re.DOTALL)
_COMMENT = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL
)  # one that does not end takes the rest
_DATA = re.compile(r"(?:\w+:)?(?:cookie|session|dhCert|user-?data|initenv)", re.IGNORECASE)


def in_xml(text: str) -> str:
    """A libvirt definition, element by element; what is not a well-formed tag is taken for lines."""
    shown: list[str] = []
    at, option = 0, ""
    for found in _TAG.finditer(text):
        shown += [in_line(text[at : found.start()]), _element(found, option)]
        at, values = found.end(), [each["value"] for each in _ATTRIBUTE.finditer(found["attributes"])]
        option = values[0] if found["name"].endswith(":arg") and values else ""
    shown.append(in_line(text[at:]))
    return _COMMENT.sub(lambda found: in_line(found[0]), "".join(shown))


def _element(found: re.Match[str], option: str) -> str:
    attributes = {each["key"]: each["value"] for each in _ATTRIBUTE.finditer(found["attributes"])}
    named = names_secret(attributes.get("name", ""))

    def shown(each: re.Match[str]) -> str:
        key, value = each["key"], each["value"]
        if (names_secret(key) and not _NO_SECRET.fullmatch(value)) or (named and key == "value"):
            value = HIDDEN
        elif found["name"].endswith(":arg"):
            value = _argument(option, value)
        else:
            value = _anywhere(value)
        return f"{key}{each['is']}{each['quote']}{value}{each['quote']}"

    name, text = found["name"], found["text"]
    fw_cfg = name == "entry" and attributes.get("name", "").startswith("opt/")
    if text.strip() and (named or fw_cfg or names_secret(name.rsplit(":", 1)[-1]) or _DATA.fullmatch(name)):
        text = HIDDEN
    return f"<{name}{_ATTRIBUTE.sub(shown, found['attributes'])}{found['end']}{in_line(text)}"
