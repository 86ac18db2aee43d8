"""One shell script that reads a machine whole, for hosts that need nothing but a shell; and what its answer holds.

It reads what `ssh:` reads, by the same script, in one round trip: control groups and network devices, on which further
questions depend, are looked up by the shell itself. The answer is packed where the host has gzip and base64.
"""

import base64
import binascii
import re
import secrets
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from perfadvisor import __version__
from perfadvisor.errors import InputError
from perfadvisor.facts import catalogue
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Entry, Tree
from perfadvisor.snapshotting import CLOCK_SOURCE
from perfadvisor.targets.remote import remote, shell_capture

MOST_BYTES = 64 << 20  # of one host's answer, unpacked: a large server has 5 MB
PACKED, PLAIN = "packed", "plain"
MOST_GREETING = 100  # lines before the answer
MORE = ("$ tc -s qdisc",)  # read from saved outputs as well, and cheap
_NIC = "NIC"  # stands for a network device's name in the script's list of commands

_SCRIPT = r"""#!/bin/sh
LC_ALL=C; export LC_ALL
groups() {
  echo
  while IFS=: read -r _ _ path; do
    while :; do
      case $path in /?*) ;; *) break;; esac
      case $path in *[[:space:]*?[{]*) break;; esac
      echo "$path"; path=${path%/*}
    done
  done </proc/self/cgroup
}
patterns() {
cat <<'END'
@PLAIN@
END
groups 2>/dev/null | sort -u | while IFS= read -r group; do
cat <<END
@GROUPED@
END
done
}
sources() {
cat <<'END'
@COMMANDS@
END
for nic in /sys/class/net/*; do
  [ -d "$nic/" ] || continue
  name=${nic##*/}
  case $name in ""|*[!A-Za-z0-9_.@:-]*) continue;; esac
  device=no; [ -e "$nic/device" ] && device=yes
  while IFS='	' read -r wanted source command; do
    [ "$wanted" = any ] || [ "$wanted" = "$device" ] || continue
    printf '%s%s\t%s%s\n' "$source" "$name" "$command" "$name"
  done <<'END'
@NICS@
END
done
}
emit() {
  date +%s
  patterns | (
@FILES@
  )
  sources | while IFS='	' read -r source command; do
    out=$(eval "$command" 2>&1 </dev/null); code=$?
    printf '@MARK@ %s %s\n%s\n' "$code" "$source" "$out"
  done
}
if command -v gzip >/dev/null && command -v base64 >/dev/null; then echo packed; emit | gzip -c | base64
else echo plain; emit; fi
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureScript:
    """The script's text, and the mark that this one alone puts before outputs of commands."""

    text: str
    mark: str


def capture_script(patterns: Sequence[str] = catalogue.PATTERNS) -> CaptureScript:
    """The script for these patterns."""
    mark = f"={secrets.token_hex(8)}="
    paths = [one for one in patterns if one.startswith("/") and not re.search(r"[\s$`\\]", one)]
    parts = {
        "PLAIN": [one for one in paths if "{" not in one],
        "GROUPED": [one.replace("{cgroup}", "${group}") for one in paths if "{cgroup}" in one],
        "COMMANDS": [f"{one}\t{remote.command_text(one)}" for one in _whole((*patterns, *MORE))],
        "NICS": list(_of_nics(patterns)),
        "FILES": [shell_capture.SCRIPT],
        "MARK": [mark],
    }
    text = re.sub(r"@([A-Z]+)@", lambda found: "\n".join(parts[found[1]]), _SCRIPT)
    return CaptureScript(text=text, mark=mark)


def _whole(patterns: Iterable[str]) -> Iterator[str]:
    """Commands about the whole machine."""
    return (one for one in patterns if one.startswith("$ ") and "{" not in one)


def _of_nics(patterns: Iterable[str]) -> Iterator[str]:
    """Which devices, source and command of everything that ends in a network device's name."""
    for one in patterns:
        if one.endswith(("{nic}", "{device_nic}")) and remote.is_command(one):
            wanted = "yes" if one.endswith("{device_nic}") else "any"
            source = one[: one.rindex("{")]
            command = remote.command_text(source + _NIC).removesuffix(_NIC)
            yield f"{wanted}\t{source}\t{command}"


def snapshot_of_answer(answer: str, mark: str, host: str) -> Snapshot:
    """The machine that the answer describes. InputError where it is not an answer of the script, or too large."""
    kind, body = answer_of(answer, (PACKED, PLAIN))
    data = _unpacked(body) if kind == PACKED else body.encode("utf-8", "surrogateescape")
    first, _, rest = data.partition(b"\n")
    files, *outputs = re.split(rb"^" + re.escape(mark.encode()) + rb" ", rest, flags=re.MULTILINE)
    entries: dict[str, Entry] = dict(shell_capture.parse(files))
    for output in outputs:
        line, _, said = output.partition(b"\n")
        code, _, source = line.decode("utf-8", "replace").partition(" ")
        if code.isdecimal() and remote.is_command(source) and source.removeprefix("$ ").strip():
            entries.update(remote.output_entries(source, int(code[:3]), said))
    tree = Tree(entries)
    return Snapshot(
        environment=host,
        taken=float(first) if re.fullmatch(rb"[0-9]{1,12}", first) else 0.0,
        tree=tree,
        clock_source=tree.text(CLOCK_SOURCE) or "",
        version=__version__,
    )


def answer_of(output: str, kinds: Sequence[str]) -> tuple[str, str]:
    """Which of the kinds of answer the script announced in a line of its own, and the text behind it. Shells may print
    a greeting or a warning before it. InputError where no line does."""
    rest = output.strip()
    for _ in range(MOST_GREETING):
        head, _, rest = rest.partition("\n")
        if head.strip() in kinds:
            return head.strip(), rest
    raise InputError(f"the host's answer is not one of the script: {output.strip()[:80]!r}")


def _unpacked(body: str) -> bytes:
    try:
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        data = unpacker.decompress(base64.b64decode(body), MOST_BYTES)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise InputError(f"the host's answer is damaged: {error}") from error
    if not unpacker.eof:
        whole = len(data) < MOST_BYTES
        raise InputError("the host's answer was cut off" if whole else f"it is larger than {MOST_BYTES >> 20} MiB")
    return data
