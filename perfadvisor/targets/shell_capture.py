"""Reading a machine that offers nothing but a POSIX shell: a container, an SSH host, a guest.

One script reads everything and one answer comes back, so it costs one round trip. Text is fetched by a single `grep`
over all files (a process a file would take seconds on a small guest), binary configuration space by `od`. Sources end
up in the tree as the live capture leaves them: files under their real path, links beside them.
"""

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname, join

from perfadvisor.model.tree import MAX_LINKS, Directory, Entry, Link, Tree, Unreadable
from perfadvisor.targets.forbidden import why_not_opened
from perfadvisor.targets.redaction import redacted

REGULAR = 0o100444
BINARY = re.compile(r"/config$")
ASLEEP = Unreadable("not read: the device is suspended and reading would wake it")
DENIED = re.compile(r"^grep: (/.*): ([^:]+)$")

# L path and target, D directory, F file, S a sleeping device's file; behind the marks what grep and od print. Links to
# namespaces are told as links: they open, but nothing can be read from them.
SCRIPT = r"""
LC_ALL=C; export LC_ALL
links() {
  here=""; rest=${1#/}
  while [ -n "$rest" ]; do
    here=$here/${rest%%/*}
    case $rest in */*) rest=${rest#*/};; *) rest="";; esac
    case $seen in *"|$here|"*) continue;; esac
    if [ -h "$here" ]; then seen="$seen|$here|"; printf 'L\t%s\t%s\n' "$here" "$(readlink "$here")"; fi
  done
}
seen=""
asleep() {
  case $1 in */config) [ "$(cat "${1%config}power/runtime_status" 2>/dev/null)" = suspended ];; *) return 1;; esac
}
set --
while IFS= read -r pattern; do
  for path in $pattern; do
    [ -e "$path" ] || [ -h "$path" ] || continue
    links "$path"
    if [ -d "$path" ]; then printf 'D\t%s\n' "$path"
    elif [ -f "$path" ]; then
      case $path in /proc/*/ns/*) continue;; esac
      if asleep "$path"; then printf 'S\t%s\n' "$path"; continue; fi
      printf 'F\t%s\n' "$path"
      case $path in */config) binary="$binary $path";; *) set -- "$@" "$path";; esac
    fi
  done
done
echo '=TEXT='
option=-H; echo x | grep -aH x /dev/stdin >/dev/null 2>&1 && option=-aH
[ $# -gt 0 ] && grep $option '' "$@" /dev/null 2>&1
echo '=BINARY='
for path in $binary; do
  printf 'B\t%s\t%s\n' "$path" "$(od -An -v -tx1 "$path" 2>/dev/null | tr -d ' \n')"
done
"""


def script(patterns: Iterable[str]) -> tuple[str, bytes]:
    """What to give to `sh -c`, and what to write to its standard input: the path patterns, one a line."""
    paths = [pattern for pattern in patterns if pattern.startswith("/") and not re.search(r"[\s{]", pattern)]
    return SCRIPT, "".join(path + "\n" for path in dict.fromkeys(paths)).encode()


def parse(answer: bytes) -> dict[str, Entry]:
    """The entries in the script's answer. Whatever the far side says, only what fits is taken."""
    lines = answer.decode("utf-8", "surrogateescape").split("\n")
    text, binary = _index(lines, "=TEXT="), _index(lines, "=BINARY=")
    links = {path: Link(target) for path, target in _pairs(lines[:text], "L")}
    files = [path for path in _singles(lines[:text], "F") if not why_not_opened(path, REGULAR)]
    entries: dict[str, Entry] = dict.fromkeys(_singles(lines[:text], "D"), Directory())
    entries.update(dict.fromkeys(_singles(lines[:text], "S"), ASLEEP))
    entries.update(_texts(lines[text + 1 : binary], files))
    entries.update(_binaries(lines[binary + 1 :]))
    return redacted(_really_placed(entries, links))


def _index(lines: list[str], mark: str) -> int:
    return lines.index(mark) if mark in lines else len(lines)


def _pairs(lines: list[str], kind: str) -> Iterator[tuple[str, str]]:
    for line in lines:
        parts = line.split("\t")
        if len(parts) == 3 and parts[0] == kind and parts[1].startswith("/"):
            yield parts[1], parts[2]


def _singles(lines: list[str], kind: str) -> Iterator[str]:
    for line in lines:
        parts = line.split("\t")
        if len(parts) == 2 and parts[0] == kind and parts[1].startswith("/"):
            yield parts[1]


def _texts(lines: list[str], files: list[str]) -> dict[str, Entry]:
    """grep writes `path:line` file after file in the order asked; paths hold colons, so the order decides."""
    found: dict[str, list[str]] = {path: [] for path in files if not BINARY.search(path)}
    denied: dict[str, Entry] = {}
    order, place = list(found), 0
    for line in lines:
        refusal = DENIED.match(line)
        if refusal and refusal[1] in found:
            denied[refusal[1]] = Unreadable(refusal[2])
            continue
        here = next((i for i in range(place, len(order)) if line.startswith(order[i] + ":")), None)
        if here is not None:
            place = here
            found[order[here]].append(line[len(order[here]) + 1 :])
    texts = {path: "".join(line + "\n" for line in body) for path, body in found.items()}
    return {**{path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}, **denied}


def _binaries(lines: list[str]) -> Iterator[tuple[str, Entry]]:
    for path, digits in _pairs(lines, "B"):
        try:
            yield path, bytes.fromhex(digits)
        except ValueError:
            yield path, Unreadable("could not be read whole")


def _really_placed(entries: dict[str, Entry], links: dict[str, Link]) -> dict[str, Entry]:
    """Every entry and link under the path it really lies at, as `Tree` expects. A link below a link needs the upper
    one in its place first, so it takes a few rounds."""
    placed: dict[str, Entry] = dict(links)
    for _ in range(MAX_LINKS):
        ways = Tree(placed)
        now = {join(ways.realpath(dirname(path)), path.rsplit("/", 1)[-1]): link for path, link in links.items()}
        if now.keys() <= placed.keys():
            break
        placed.update(now)
    whole = Tree(now)
    return {**now, **{whole.realpath(path): entry for path, entry in entries.items()}}
