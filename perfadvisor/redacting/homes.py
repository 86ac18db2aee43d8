"""Paths below home directories: each part replaced by itself, so that what lies below the same directory still does."""

import re

from perfadvisor.redacting.kinds import IdentityKind
from perfadvisor.redacting.pseudonyms import Pseudonyms

_HOME = r"(?<![\w.-])(?P<home>/(?:var/|export/|mnt/)?(?:home|Users)/(?P<user>[^/\s\"',:;<>=\0]+)|/root)"
# Blanks belong to a path where something else ends it: the quote in front of it, or the word it is alone in.
_PLAIN = re.compile(_HOME + r"(?P<rest>(?:/[^/\s\"',:;<>\0]+)+/?|(?=[/\s\"',:;<>\0]|\Z))")
_QUOTED = re.compile(r"(?P<before>[\"'])" + _HOME + r"(?P<rest>(?:/[^/\"'<>\n\0]+)+/?)(?=[\"'])")
_WORD = re.compile(
    r"(?P<before>(?:\A|\0|(?<=\0)[^\s\0]*=))"
    + _HOME
    + r"(?P<rest>(?:/(?:[^/,:\"'<>\n\0]*[^/,:\"'<>\s\0]))+/?)(?=[,\0]|\Z)"
)
_ENDING = re.compile(
    r"\.(?:img|qcow2?|raw|vmdk|vdi|iso|fd|json|ya?ml|xml|txt|log|csv|html|gz|xz|zst|zip|tar|tgz|bin|fio|py|sh|so)\Z"
)


class Homes:
    """Replaces the paths, and counts the different ones."""

    def __init__(self, names: Pseudonyms) -> None:
        self._names = names
        self.seen: set[str] = set()

    def __call__(self, text: str) -> str:
        if "/root" not in text and "/home/" not in text and "/Users/" not in text:
            return text
        words = _WORD if "\0" in text or text.startswith(("/home/", "/root/", "/Users/")) else _QUOTED
        return _PLAIN.sub(self._shown, _QUOTED.sub(self._shown, words.sub(self._shown, text)))

    def _shown(self, found: re.Match[str]) -> str:
        before = found.groupdict().get("before") or ""
        home, user, rest = found["home"], found["user"], found["rest"]
        if user and not re.fullmatch(r"user[0-9a-f]{6}", user):
            home = f"{home[: -len(user)]}{self._names.word(IdentityKind.USER, user)}"
        parts = [part for part in rest.split("/") if part]
        if any(self._part(part) != part for part in parts):
            self.seen.add(found["home"] + rest.rstrip("/"))
        return before + "/".join([home, *map(self._part, parts)]) + "/" * rest.endswith("/")

    def _part(self, part: str) -> str:
        if re.fullmatch(r"p[0-9a-f]{6}(?:\.\w+)?|\.+|\*+", part):  # replaced already, or a pattern
            return part
        ending = _ENDING.search(part)
        return self._names.word(IdentityKind.PATH, part) + (ending[0] if ending else "")
