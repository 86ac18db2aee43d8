"""Rules that were read and found good, kept as JSON in the user's cache directory under a hash of all they rest on.

A cache can only save time: whatever is odd about it (missing, damaged, somebody else's) means reading the files again.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from perfadvisor import __version__
from perfadvisor.model.fact import FactSpec
from perfadvisor.model.rule import Case, Fix, Outcome, Rule, Severity, Verify

KEPT = 8  # sets of rules: versions, and combinations of --rules
_CODE = ("rule_cache.py", "rule_file.py", "rule_lint.py", "rule_reader.py")


def key(files: Iterable[Path], catalogue: Mapping[str, FactSpec]) -> str:
    """A hash over the files' names and bytes, the catalogue, and the code that reads them."""
    digest = hashlib.sha256(__version__.encode())
    for spec in catalogue.values():
        digest.update(f"{spec.name} {spec.type.__name__} {spec.subject}\n".encode())
    for file in (*(Path(__file__).with_name(name) for name in _CODE), *files):
        try:
            content = file.read_bytes()
        except OSError:
            content = b"unreadable"
        digest.update(f"{file} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def load(key: str) -> tuple[Rule, ...] | None:
    """The rules kept under this key, or None."""
    try:
        with _path(key).open("rb") as stream:
            if os.fstat(stream.fileno()).st_uid != os.geteuid():
                return None
            return tuple(_rule(found) for found in json.load(stream))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def save(key: str, rules: Iterable[Rule]) -> None:
    """Keep the rules; a directory that cannot be written is no matter."""
    path = _path(key)
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_text(json.dumps([asdict(rule) for rule in rules]))
        temporary.replace(path)
        for old in sorted(path.parent.glob("*.json"), key=lambda file: file.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def _path(key: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "perfadvisor" / "rules" / f"{key}.json"


def _rule(found: dict[str, Any]) -> Rule:
    lists = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
    fix, verify = found["fix"], found["verify"]
    parts = {
        "severity": Severity(found["severity"]),
        "fix": Fix(**{**fix, "needs": tuple(fix["needs"])}),
        "verify": Verify(**{**verify, "rerun": tuple(verify["rerun"])}),
        "cases": tuple(Case(**{**case, "expect": Outcome(case["expect"])}) for case in found["cases"]),
    }
    return Rule(**{**found, **lists, **parts})
