"""What a trial left besides its result: the tool's raw output, the counters around it and the gauges within it.

Kept whole, so that a better parser or a new rule can judge an old run again.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable

GaugeRow = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """`gauges` are rows of one reading each, with `t` in seconds since the trial began."""

    stdout: bytes = b""
    stderr: bytes = b""
    before: Tree = field(default_factory=lambda: Tree({}))
    after: Tree = field(default_factory=lambda: Tree({}))
    gauges: tuple[GaugeRow, ...] = ()

    def files(self) -> dict[str, bytes]:
        """File name -> bytes, as they lie in the trial's directory."""
        counters = {"before": tree_json(self.before), "after": tree_json(self.after)}
        return {
            "stdout": self.stdout,
            "stderr": self.stderr,
            "counters.json": json.dumps(counters, indent=0).encode(),
            "gauges.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in self.gauges),
        }


def evidence_of(files: Mapping[str, bytes]) -> Evidence:
    """The evidence in the files of a trial's directory. ValueError where counters.json is broken; a torn last gauge is
    left out."""
    counters = json.loads(files.get("counters.json") or b"{}")
    return Evidence(
        stdout=files.get("stdout", b""),
        stderr=files.get("stderr", b""),
        before=tree_of(counters.get("before", {})),
        after=tree_of(counters.get("after", {})),
        gauges=tuple(rows(files.get("gauges.jsonl", b""))),
    )


def rows(data: bytes) -> list[dict[str, Any]]:
    """The JSON objects of a file of lines; reading ends at the first line that is torn."""
    found = []
    for line in data.split(b"\n")[:-1]:
        try:
            row = json.loads(line)
        except ValueError:
            break
        if not isinstance(row, dict):
            break
        found.append(row)
    return found


def tree_json(tree: Tree) -> dict[str, Any]:
    """A small tree as JSON: text as it is, anything else marked."""
    return {source: _entry_json(entry) for source, entry in tree.items()}


def _entry_json(entry: Entry) -> str | dict[str, Any]:
    match entry:
        case Symlink(target):
            return {"link": target}
        case Directory():
            return {"directory": True}
        case Unreadable(reason):
            return {"unreadable": reason}
        case bytes():
            try:
                return entry.decode()
            except UnicodeDecodeError:
                return {"base64": base64.b64encode(entry).decode()}


def tree_of(found: Any) -> Tree:  # noqa: ANN401 (it comes out of a file)
    """The tree that `tree_json` wrote. ValueError for anything else."""
    if not isinstance(found, dict):
        raise ValueError("expected an object of sources")
    return Tree({source: _entry_of(described) for source, described in found.items()})


def _entry_of(described: Any) -> Entry:  # noqa: ANN401
    match described:
        case str():
            return described.encode("utf-8", "surrogatepass")
        case {"link": str(target)}:
            return Symlink(target)
        case {"directory": True}:
            return Directory()
        case {"unreadable": str(reason)}:
            return Unreadable(reason)
        case {"base64": str(text)}:
            return base64.b64decode(text, validate=True)
    raise ValueError(f"not a source: {str(described)[:40]}")
