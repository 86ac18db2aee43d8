"""The rules: `rules/<subsystem>/<rule-id>.yaml` as they came with perfadvisor, and the user's own directories.

Reading and checking them takes most of a second, so what was found good is kept, in this process
and for the next one, under a hash of everything it rests on.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from perfadvisor.model.fact import FactSpec
from perfadvisor.model.rule import Rule
from perfadvisor.packs import rule_cache
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.locate import directories, yaml_files

_LOADED: dict[str, tuple[Rule, ...]] = {}


def load_rules(own: Sequence[Path] = (), catalogue: Mapping[str, FactSpec] | None = None) -> tuple[Rule, ...]:
    """The shipped rules and those in the user's own directories, by id. Raises PackError with all problems."""
    if not own and catalogue is None:
        return _shipped()
    return _looked_up(own, known_facts() if catalogue is None else catalogue)


@cache
def _shipped() -> tuple[Rule, ...]:
    """What came with perfadvisor does not change while it runs: looking at 200 files takes longer than a machine."""
    return _looked_up((), known_facts())


def _looked_up(own: Sequence[Path], catalogue: Mapping[str, FactSpec]) -> tuple[Rule, ...]:
    files = rule_files(own)
    key = rule_cache.key(files, catalogue)
    if key not in _LOADED:
        rules = rule_cache.load(key)
        if rules is None:
            rules = check_rules(own, catalogue)
            rule_cache.save(key, rules)
        _LOADED.clear()  # one set is in use at a time
        _LOADED[key] = rules
    return _LOADED[key]


def check_rules(own: Sequence[Path] = (), catalogue: Mapping[str, FactSpec] | None = None) -> tuple[Rule, ...]:
    """The same, read and checked afresh."""
    from perfadvisor.packs.rule_reader import read_rules  # pydantic and ruamel take a third of a second to import

    return read_rules(rule_files(own), known_facts() if catalogue is None else catalogue)


def rule_files(own: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Every rule file, the shipped ones first."""
    return tuple(file for directory in directories("rules", own) for file in yaml_files(directory))
