"""Rules as the JSON that is kept of them, so that they need not be read and checked each time."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from perfadvisor.model.fact import FactSpec
from perfadvisor.model.rule import Case, DesiredSetting, Fix, Outcome, Rule, Severity, Verify
from perfadvisor.packs import kept

_CODE = ("rule_cache.py", "rule_file.py", "rule_lint.py", "rule_settings.py", "rule_reader.py")


def key(files: Iterable[Path], catalogue: Mapping[str, FactSpec]) -> str:
    """A hash over the files, the catalogue, and the code that reads them."""
    facts = "\n".join([f"{spec.name} {spec.type.__name__} {spec.subject}" for spec in catalogue.values()])
    return kept.key((*(Path(__file__).with_name(name) for name in _CODE), *files), facts)


def load(key: str) -> tuple[Rule, ...] | None:
    """The rules kept under this key, or None."""
    try:
        return tuple(_rule(found) for found in kept.load("rules", key) or ()) or None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def save(key: str, rules: Iterable[Rule]) -> None:
    """Keep the rules."""
    kept.save("rules", key, [asdict(rule) for rule in rules])


def _fix_parts(fix: dict[str, Any]) -> dict[str, Any]:
    return {
        "needs": tuple(fix["needs"]),
        "set": tuple(DesiredSetting(**desired) for desired in fix["set"]),
        "moves": tuple(fix["moves"]),
    }


def _rule(found: dict[str, Any]) -> Rule:
    lists = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
    fix, verify = found["fix"], found["verify"]
    parts = {
        "severity": Severity(found["severity"]),
        "fix": Fix(**{**fix, **_fix_parts(fix)}),
        "verify": Verify(**{**verify, "rerun": tuple(verify["rerun"])}),
        "cases": tuple(Case(**{**case, "expect": Outcome(case["expect"])}) for case in found["cases"]),
    }
    return Rule(**{**found, **lists, **parts})
