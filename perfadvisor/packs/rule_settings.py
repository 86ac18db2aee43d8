"""Whether what a rule sets can be set: setting and field exist, the value is of the field's kind, and what it moves was
measured."""

from collections.abc import Iterable, Iterator, Mapping

from perfadvisor.analyse.rules.condition_check import spec_of, unknown_fact
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.analyse.rules.expression import ConditionError
from perfadvisor.analyse.rules.wording import SUBJECT, placeholders
from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.packs.problems import Problem, did_you_mean
from perfadvisor.packs.rule_file import RuleText, SetText
from perfadvisor.packs.yamltext import Document, Keys
from perfadvisor.settings import policies
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.desired import POLICY, PRODUCT
from perfadvisor.settings.model import Field, Type
from perfadvisor.settings.reading import FLAGS

Catalogue = Mapping[str, FactSpec]


def problems(document: Document, rule: RuleText, catalogue: Catalogue) -> Iterator[Problem]:
    """Everything wrong with `fix.set` and `fix.moves`."""
    for number, desired in enumerate(rule.fix.set):
        yield from _desired(document, ("fix", "set", number), desired, catalogue)
    for number, name in enumerate(rule.fix.moves):
        spec = spec_of(name, catalogue)
        if spec is None:
            yield document.problem(("fix", "moves", number), unknown_fact(name, catalogue))
        elif _is_set(name, spec):
            yield document.problem(("fix", "moves", number), f"`{name}` is not measured: the plan itself shows it")
    if rule.fix.set and not rule.fix.moves and not _looks_at_settings(rule, catalogue):
        yield document.problem(("fix",), "acts on measured facts alone: name those that it `moves`", at_key=True)


def _looks_at_settings(rule: RuleText, catalogue: Catalogue) -> bool:
    try:
        names = parse(rule.when).names
    except ConditionError:
        return True  # reported elsewhere
    found = (spec_of(name, catalogue) for name in names)
    return any(spec is not None and _is_set(spec.name, spec) for spec in found)


def _is_set(name: str, spec: FactSpec) -> bool:
    """Whether a fact is read of the machine's settings: those of a result tell what was when it was measured."""
    return spec.nature is not Nature.MEASURED and not name.startswith("result.")


def _desired(document: Document, keys: Keys, desired: SetText, catalogue: Catalogue) -> Iterator[Problem]:
    setting = SETTINGS.get(desired.setting)
    if setting is None:
        hint = did_you_mean(desired.setting, SETTINGS)
        yield document.problem((*keys, "setting"), f"no setting is called `{desired.setting}`{hint}")
        return
    if bool(setting.subject) != bool(desired.of):
        message = f"it belongs to a {setting.subject}: say whose in `of`" if setting.subject else "takes no `of`"
        yield document.problem((*keys, "setting"), f"`{desired.setting}`: {message}")
    yield from _unknown(document, (*keys, "of"), desired.of, catalogue)
    policy = POLICY.match(desired.of)
    if policy and (reason := _no_policy(policy[1], policies.SUBJECTS)):
        yield document.problem((*keys, "of"), reason)
    fields = {field.name: field for field in setting.fields}
    for name, value in desired.to.items():
        text = str(value)
        at: Keys = (*keys, "to", name)
        if name not in fields:
            yield document.problem(at, f"`{desired.setting}` has no field `{name}`{did_you_mean(name, fields)}")
        elif reason := _unfit(fields[name], text):
            yield document.problem(at, f"`{name}`: {reason}")
        yield from _unknown(document, at, text, catalogue)


def _unknown(document: Document, keys: Keys, text: str, catalogue: Catalogue) -> Iterator[Problem]:
    kinds = {spec.subject for spec in catalogue.values()} | {SUBJECT}
    for name in placeholders(text):
        if "." in name and spec_of(name, catalogue) is None:
            yield document.problem(keys, f"`{{{name}}}`: {unknown_fact(name, catalogue)}")
        elif "." not in name and name not in kinds:
            yield document.problem(keys, f"`{{{name}}}` is neither a fact nor a kind of subject")


def _no_policy(name: str, known: Iterable[str]) -> str:
    return "" if name in set(known) else f"no policy is called {name}{did_you_mean(name, known)}"


def _unfit(field: Field, text: str) -> str:
    """Why a value that holds no facts cannot be this field's, "" where it can or where only a machine tells."""
    if placeholders(text) or PRODUCT.match(text):
        return ""
    if policy := POLICY.match(text):
        return _no_policy(policy[1], policies.VALUES)
    if field.type is Type.FLAG and text not in FLAGS:
        return f"{text!r} is not on or off"
    if field.type is Type.INTEGER and not text.removeprefix("-").isdecimal():
        return f"{text!r} is not a whole number"
    return ""
