"""What pydantic cannot see in a rule file: names and types of facts, missing kinds of case, unsafe commands."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from perfadvisor.analyse.rules.condition_check import check, spec_of, unknown_fact
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.analyse.rules.expression import ConditionError, names
from perfadvisor.analyse.rules.law import guards, violations
from perfadvisor.analyse.rules.wording import SUBJECT, placeholders
from perfadvisor.model.fact import FactSpec, Scalar
from perfadvisor.packs import rule_settings, rule_texts, rule_undo, scaffold
from perfadvisor.packs.problems import Problem, did_you_mean
from perfadvisor.packs.rule_file import RuleText, rule_of
from perfadvisor.packs.yamltext import Document, Keys

Catalogue = Mapping[str, FactSpec]

NEEDED_CASES = ("fires", "clear", "unknown", "after-fix")
TRUST = "result.trust"

# Never to be pasted: they can take away a disk, the network, a guest or the machine. Such steps are described instead.
DANGEROUS = re.compile(
    r"setpci|sriov_numvfs|/remove\b|/rescan\b|unbind|nvme format|blkdiscard|mkfs|\breboot\b|\bshutdown\b|\brm -|\bdd "
    r"|drop_caches|systemctl (stop|disable)|iommu=off|mitigations=off|pcie_acs_override"
)


def problems(document: Document, rule: RuleText, catalogue: Catalogue) -> Iterator[Problem]:
    """Everything wrong with the rule in this document, apart from what concerns other rules."""
    yield from _conditions(document, rule, catalogue)
    yield from _names(document, rule, catalogue)
    yield from _texts(document, rule, catalogue)
    yield from _fix(document, rule)
    yield from _cases(document, rule, catalogue)
    yield from rule_texts.problems(document, rule, catalogue)
    yield from rule_undo.problems(document, rule)
    yield from rule_settings.problems(document, rule, catalogue)
    yield from _law(document, rule, catalogue)
    yield from scaffold.gaps(document)


def _law(document: Document, rule: RuleText, catalogue: Catalogue) -> Iterator[Problem]:
    """A rule passes only where what it looks at was read; asked only of conditions that are good so far."""
    if any(check(text, catalogue) for text in (rule.when, *rule.requires)):
        return
    made = rule_of(rule, document.name)
    mended = frozenset(parse(rule.verify.holds).names) if _is_good(rule.verify.holds, catalogue) else frozenset[str]()
    for part in guards(made, catalogue, mended):
        named = ", ".join(dict.fromkeys(f"`{name.name}`" for name in names(part)))
        message = f"what it says of {named} is neither measured nor mended: it belongs in `requires`"
        yield _at(document, ("when",), message, part.column)
    for message in violations(made):
        yield document.problem(("when",), message)


def _is_good(holds: str, catalogue: Catalogue) -> bool:
    return bool(holds) and not check(holds, catalogue)


def _conditions(document: Document, rule: RuleText, catalogue: Catalogue) -> Iterator[Problem]:
    holds = [(("verify", "holds"), rule.verify.holds)] if rule.verify.holds else []
    requires = ((("requires", number), text) for number, text in enumerate(rule.requires))
    for keys, text in ((("when",), rule.when), *requires, *holds):
        for mistake in check(text, catalogue):
            yield _at(document, keys, mistake.message, mistake.column)


def _at(document: Document, keys: Keys, message: str, column: int) -> Problem:
    """A problem inside a one-line value, at its own column."""
    at = document.problem(keys, f"`{'.'.join(map(str, keys))}`: {message}")
    return Problem(file=at.file, line=at.line, column=at.column + column - 1, message=at.message)


def _names(document: Document, rule: RuleText, catalogue: Catalogue) -> Iterator[Problem]:
    for number, name in enumerate(rule.evidence):
        if spec_of(name, catalogue) is None:
            yield document.problem(("evidence", number), unknown_fact(name, catalogue))
    kinds = _kinds(tuple(catalogue.values()))
    if rule.for_each and rule.for_each not in kinds:
        hint = did_you_mean(rule.for_each, kinds)
        yield document.problem(("for_each",), f"no facts are about a `{rule.for_each}`{hint}")
    if rule.workloads and rule.for_each != "result":
        yield document.problem(("workloads",), "workloads limit rules with `for_each: result` only")


@lru_cache(maxsize=4)
def _kinds(specs: tuple[FactSpec, ...]) -> frozenset[str]:
    return frozenset(spec.subject for spec in specs if spec.subject)


def _texts(document: Document, rule: RuleText, catalogue: Catalogue) -> Iterator[Problem]:
    rollback = rule.rollback.run if rule.rollback else ""
    texts: dict[Keys, str] = {
        ("title",): rule.title,
        ("why",): rule.why,
        ("fix", "run"): rule.fix.run,
        ("fix", "persist"): rule.fix.persist,
        ("rollback", "run"): rollback,
        **{("fix", "owners", owner): text for owner, text in rule.fix.owners.items()},
    }
    for number, text in enumerate(rule.check_first):
        for name in placeholders(text):
            yield document.problem(("check_first", number), f"`{{{name}}}` is not filled in here; write it without")
    kinds = _kinds(tuple(catalogue.values())) | {SUBJECT}
    for keys, text in texts.items():
        for name in placeholders(text):
            if "." in name and spec_of(name, catalogue) is None:
                yield document.problem(keys, f"`{{{name}}}`: {unknown_fact(name, catalogue)}")
            elif "." not in name and name not in kinds:
                yield document.problem(keys, f"`{{{name}}}` is neither a fact nor a kind of subject")


def _fix(document: Document, rule: RuleText) -> Iterator[Problem]:
    fix = rule.fix
    if not fix.run and not fix.persist:
        yield document.problem(("fix",), "says neither what to `run` nor what to `persist`", at_key=True)
    if fix.run and not (rule.rollback and fix.lasts and fix.risk):
        yield document.problem(("fix",), "a `run` needs `lasts`, `risk` and a `rollback`", at_key=True)
    found = DANGEROUS.search(fix.run)
    if found:
        yield document.problem(("fix", "run"), f"`{found.group()}` is not to be pasted; describe it in `persist`")


def _cases(document: Document, rule: RuleText, catalogue: Catalogue) -> Iterator[Problem]:
    for kind in NEEDED_CASES:
        if not any(case.expect == kind for case in rule.cases):
            yield document.problem(("cases",), f"no case expects `{kind}`", at_key=True)
    known = _read_by(rule)
    facts: dict[Keys, Scalar | None] = {("given", name): value for name, value in rule.given.items()}
    for number, case in enumerate(rule.cases):
        facts.update({("cases", number, "facts", name): value for name, value in case.facts.items()})
    for keys, value in facts.items():
        message = _wrong_fact(str(keys[-1]), value, known, catalogue)
        if message:
            yield document.problem(keys, message)


def _read_by(rule: RuleText) -> frozenset[str]:
    """The facts the rule reads, as far as its conditions can be parsed."""
    found = {TRUST, *rule.evidence}
    for text in filter(None, (rule.when, rule.verify.holds, *rule.requires)):
        try:
            found.update(parse(text).names)
        except ConditionError:
            continue
    return frozenset(found)


def _wrong_fact(name: str, value: Scalar | None, known: frozenset[str], catalogue: Catalogue) -> str:
    spec = spec_of(name, catalogue)
    if spec is None:
        return unknown_fact(name, catalogue)
    if name not in known:
        return f"the rule does not read `{name}`"
    fits = value is None or type(value) is spec.type or (spec.type is float and type(value) is int)
    return "" if fits else f"`{name}` is {spec.type.__name__}, not {value!r}"
