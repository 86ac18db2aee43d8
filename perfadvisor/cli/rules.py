"""`perfadvisor rules`: list them, read one, and check rules of one's own."""

import re
from difflib import get_close_matches
from itertools import chain
from pathlib import Path

import click

from perfadvisor.cli.options import form
from perfadvisor.errors import GateError, InputError
from perfadvisor.model.rule import SEVERITIES, Rule
from perfadvisor.plaintext import harmless, one_line

OWN = click.option(
    "--rules",
    "own",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Also load rules from this directory; may be given several times.",
)


@click.group()
def command() -> None:
    """List, show, check and test the rules."""


@command.command("list")
@OWN
@form("text", "json")
def list_(own: tuple[Path, ...], form: str) -> None:
    """List all rules, one per line: id, severity, what it looks at, title."""
    from perfadvisor.analyse.rules.wording import general
    from perfadvisor.packs.rules import load_rules

    rules = load_rules(own)
    if form == "json":
        click.echo(_json(rules))
        return
    width = max((len(rule.id) for rule in rules), default=0)
    for rule in sorted(rules, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id)):
        title = general(rule.title, rule.for_each)
        click.echo(one_line(f"{rule.id:<{width}}  {rule.severity:<8}  {rule.for_each or 'machine':<10}  {title}"))


@command.command()
@click.argument("rule_id", metavar="ID")
@OWN
def show(rule_id: str, own: tuple[Path, ...]) -> None:
    """One rule in full: what it asks, why, what to do about it, and where that is known from."""
    from perfadvisor.packs.rules import load_rules

    click.echo(harmless(_described(_named(rule_id, load_rules(own)))))


def _named(rule_id: str, rules: tuple[Rule, ...]) -> Rule:
    by_id = {rule.id: rule for rule in rules}
    if rule_id not in by_id:
        near = get_close_matches(rule_id, by_id, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "perfadvisor rules list"
        raise InputError(f"no rule is called {rule_id!r}", hint)
    return by_id[rule_id]


@command.command()
@click.argument("rule_id", metavar="ID")
@click.option(
    "--on",
    "path",
    type=click.Path(path_type=Path),
    help="Ask it of this run or snapshot (default: the newest run here).",
)
@OWN
def explain(rule_id: str, path: Path | None, own: tuple[Path, ...]) -> None:
    """Show why a rule fires on a run or snapshot, or does not: each term of its condition with its value."""
    from perfadvisor.analyse.rules.conditions import parse
    from perfadvisor.cli.last_run import given_or_last
    from perfadvisor.cli.paging import show as page
    from perfadvisor.judge import judge
    from perfadvisor.packs.known_facts import known_facts
    from perfadvisor.packs.rules import load_rules
    from perfadvisor.report.asked import ask
    from perfadvisor.report.terminal import asked, explain

    rule = _named(rule_id, load_rules(own))
    (path,) = given_or_last((path,) if path else ())
    view = judge(path, own)
    texts, several = (*rule.requires, rule.when), len(view.facts) > 1
    found = [(text, tuple(ask(view, parse(text), rule.for_each, known_facts()))) for text in texts]
    page(lambda width: chain(explain.lines(view, (rule_id,), width), asked.by_condition(found, several=several)))


@command.command()
@click.argument("rule_id", metavar="ID")
@click.option(
    "-o",
    "--out",
    "--output",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="Write the file into this directory, which is created if missing (default: here).",
)
def new(rule_id: str, directory: Path) -> None:
    """Write the file of a new rule, with every field explained and its cases."""
    from perfadvisor.packs.scaffold import GAP, new_rule

    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule_id):
        raise InputError(
            f"{rule_id!r} cannot be the name of a rule", "use small letters, digits and dashes: nic-ring-tiny"
        )
    file = new_rule(rule_id, directory)
    click.echo(file)
    click.echo(f"  write what begins with {GAP}; next: perfadvisor rules lint --rules {directory}", err=True)


@command.command()
@OWN
def lint(own: tuple[Path, ...]) -> None:
    """Check every rule file: facts and their types, all four kinds of case, unsafe commands. All mistakes at once."""
    from perfadvisor.packs.rules import check_rules

    rules = check_rules(own)
    click.echo(f"{len(rules)} rules, no mistake found")


@command.command()
@OWN
def test(own: tuple[Path, ...]) -> None:
    """Run the cases of every rule; plan and undo what its fix sets on those that fire."""
    from perfadvisor.analyse.rules.cases import failures
    from perfadvisor.packs.known_facts import known_facts
    from perfadvisor.packs.rules import check_rules
    from perfadvisor.settings.rehearsal.rehearse import rehearsed

    rules = check_rules(own)
    failed = [f"{rule.origin}: {problem}" for rule in rules for problem in failures(rule)]
    plans = [(rule, *rehearsed(rule, known_facts())) for rule in rules]
    failed += [f"{rule.origin}: {problem}" for rule, _, wrong in plans for problem in wrong]
    if failed:
        raise GateError("\n".join(failed), "correct the rule, or the case that is wrong")
    click.echo(f"{len(rules)} rules, {sum(len(rule.cases) for rule in rules)} cases, all as expected")
    made = [(rule, count) for rule, count, _ in plans if count]
    click.echo(f"{len(made)} rules set something: {sum(count for _, count in made)} plans made and undone")


@command.command()
def schema() -> None:
    """Print the JSON Schema of a rule file, for editors."""
    import json

    from perfadvisor.packs.schemas import rule_schema

    click.echo(json.dumps(rule_schema(), indent=2))


def _json(rules: tuple[Rule, ...]) -> str:
    import json

    keys = ("id", "title", "severity", "maturity", "step", "for_each", "goals", "when", "requires", "origin")
    return json.dumps([{key: getattr(rule, key) for key in keys} for rule in rules], indent=2)


def _described(rule: Rule) -> str:
    from perfadvisor.analyse.rules.wording import general

    parts = (
        (rule.id, general(rule.title, rule.for_each)),
        ("severity", f"{rule.severity} ({rule.standing or rule.maturity}; {rule.cut_off})"),
        ("serves", ", ".join(rule.goals)),
        ("looks at", f"each {rule.for_each}" if rule.for_each else "the machine"),
        ("workloads", ", ".join(rule.workloads)),
        ("needs", "\n".join(rule.requires)),
        ("fires when", rule.when),
        ("why", rule.why),
        ("check first", "\n".join(rule.check_first)),
        ("do", "\n".join(filter(None, (rule.fix.run, rule.fix.persist)))),
        *((f"do ({owner})", text) for owner, text in rule.fix.owners.items()),
        ("lasts", rule.fix.lasts),
        ("risk", rule.fix.risk),
        ("undo", rule.rollback),
        ("proven when", rule.verify.holds),
        ("experiment", rule.verify.experiment),
        ("run again", ", ".join(rule.verify.rerun)),
        ("explains", ", ".join(rule.suppresses)),
        ("known from", "\n".join(rule.references)),
        ("file", rule.origin),
    )
    return "\n".join(_part(name, text) for name, text in parts if text)


def _part(name: str, text: str) -> str:
    from textwrap import fill

    lines = [fill(line, 96, subsequent_indent=" ", break_on_hyphens=False) for line in text.splitlines()]
    return f"{name}\n" + "\n".join(f"    {line}" for block in lines for line in block.splitlines())
