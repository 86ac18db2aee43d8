"""Reading a machine that offers nothing but a POSIX shell: a container, an SSH host, a guest.

One script reads everything and one answer comes back, so it costs one round trip. Text is fetched by a single `grep`
over all files (a process a file would take seconds on a small guest), binary configuration space by `od`. Sources end
up in the tree as the live capture leaves them: files under their real path, links beside them.
"""

import re
from collections.abc import Iterable, Iterator
from posixpath import dirname, join

from perfadvisor.model.tree import MAX_LINKS, Directory, Entry, Symlink, Tree, Unreadable
from perfadvisor.targets.here.forbidden import why_not_opened
from perfadvisor.targets.here.redaction import redacted

REGULAR = 0o100444
BINARY = re.compile(r"/config$")
ASLEEP = Unreadable("not read: the device is suspended and reading would wake it")
DENIED = re.compile(r"^grep: (/.*): ([^:]+)$")

# D directory, F file, S a sleeping device's file; behind the marks what ls, grep and od print. Links to namespaces are
# listed as links: they open, but nothing can be read from them. Starting a program is what costs: on an emulated guest
# a third of a second, so there is one `ls` for all links, one `grep` for all text, and the shell itself does the rest.
SCRIPT = r"""
LC_ALL=C; export LC_ALL
links() {
  here=""; rest=${1#/}
  while [ -n "$rest" ]; do
    here=$here/${rest%%/*}
    case $rest in */*) rest=${rest#*/};; *) rest="";; esac
    case $seen in *"|$here|"*) continue;; esac
    if [ -h "$here" ]; then seen="$seen|$here|"; linked="$linked
$here"; fi
  done
}
seen=""; linked=""
asleep() {
  case $1 in */config) ;; *) return 1;; esac
  status=""; [ -r "${1%config}power/runtime_status" ] && read -r status <"${1%config}power/runtime_status"
  [ "$status" = suspended ]
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
  printf 'B\t%s\n' "$path"; od -An -v -tx1 "$path" 2>/dev/null
done
echo '=LINKS='
IFS='
'; set -f; set -- $linked
[ $# -gt 0 ] && ls -ld "$@" 2>/dev/null
true
"""
PATH_MAX = 4096  # limits.h: no path is as long
LINK = re.compile(r"l\S+ [^/]*(/.*?) -> (.*)")


def script(patterns: Iterable[str]) -> tuple[str, bytes]:
    """What to give to `sh -c`, and what to write to its standard input: the path patterns, one per line."""
    paths = [pattern for pattern in patterns if pattern.startswith("/") and not re.search(r"[\s{]", pattern)]
    return SCRIPT, "".join(path + "\n" for path in dict.fromkeys(paths)).encode()


def parse(answer: bytes) -> dict[str, Entry]:
    """The entries in the script's answer. Whatever the far side says, only what fits is taken."""
    lines = answer.decode("utf-8", "surrogateescape").split("\n")
    text, binary, linked = (_index(lines, f"={mark}=") for mark in ("TEXT", "BINARY", "LINKS"))
    found = (LINK.fullmatch(line) for line in lines[linked + 1 :])
    links = {link[1]: Symlink(link[2]) for link in found if link and max(map(len, link.groups())) < PATH_MAX}
    files = [path for path in _singles(lines[:text], "F") if not why_not_opened(path, REGULAR)]
    entries: dict[str, Entry] = dict.fromkeys(_singles(lines[:text], "D"), Directory())
    entries.update(dict.fromkeys(_singles(lines[:text], "S"), ASLEEP))
    entries.update(_texts(lines[text + 1 : binary], files))
    entries.update(_binaries(lines[binary + 1 : linked]))
    return redacted(_really_placed(entries, links))


def _index(lines: list[str], mark: str) -> int:
    return lines.index(mark) if mark in lines else len(lines)


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
    """A line that names the file, then od's lines of it."""
    digits: dict[str, list[str]] = {}
    own: list[str] = []
    for line in lines:
        if named := next(_singles([line], "B"), ""):
            own = digits.setdefault(named, [])
        else:
            own.append(line)
    for path, found in digits.items():
        try:
            yield path, bytes.fromhex("".join(found))
        except ValueError:
            yield path, Unreadable("could not be read whole")


def _really_placed(entries: dict[str, Entry], links: dict[str, Symlink]) -> dict[str, Entry]:
    """Every entry and link under the path it really lies at, as `Tree` expects. A link below a link needs the upper
    one in its place first, so it takes a few rounds."""
    placed: dict[str, Entry] = dict(links)
    for _ in range(MAX_LINKS):
        ways = Tree(placed)
        now = {join(ways.realpath(dirname(path)), path.rsplit("/", 1)[-1]): link for path, link in links.items()}
        now = {path: link for path, link in now.items() if len(path) < PATH_MAX}  # in a circle it grows with each round
        if now.keys() <= placed.keys():
            break
        placed.update(now)
    whole = Tree(now)
    return {**now, **{whole.realpath(path): entry for path, entry in entries.items()}}
