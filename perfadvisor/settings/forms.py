"""Plans in the forms that people keep: a shell script with its undo, a diff, Ansible tasks, a tuned profile."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from perfadvisor.model.rule import Finding
from perfadvisor.plaintext import one_line
from perfadvisor.settings.commands import COMMANDS, argv_of, command, differences, script, steps, sysctl_name
from perfadvisor.settings.model import Door, FileForm, Plan, Write
from perfadvisor.settings.planning import undone

Planned = Sequence[tuple[Finding, Plan]]
NOTHING = "no finding has a fix that can be planned on what was read"


def shell(planned: Planned) -> str:
    """Each fix as commands, and the commands that undo all of it as comments, newest first."""
    lines = ["#!/bin/sh", "set -e"]
    for finding, made in _distinct(planned):
        lines += ["", f"# {_title(finding)}", *_risk(finding), script(made.writes)]
    writes = [write for _, made in _distinct(planned) for write in made.writes]
    lines += ["", "# To undo:", *(f"# {line}" for line in script(undone(writes)).splitlines())]
    return "\n".join(lines) + "\n"


def diff(planned: Planned) -> str:
    """What would change, field by field, below the finding that wants it."""
    lines: list[str] = []
    for finding, made in _distinct(planned):
        lines += [_title(finding), *(f"  {one_line(line)}" for line in differences(made.writes))]
        lines += [f"  refused: {one_line(refusal.reason)}" for refusal in made.refusals]
    return "\n".join(lines) + "\n"


def ansible(planned: Planned) -> str:
    """A playbook in JSON, which is YAML: a task for each write, one for all of a guest's definition."""
    tasks = [
        _task(finding, step)
        for finding, made in _distinct(planned)
        for step in steps(made.writes)
        if step[0].setting.door is not Door.SHOWN
    ]
    play = {"name": "Settings that perfadvisor advises", "hosts": "all", "become": True, "gather_facts": False}
    return json.dumps([{**play, "tasks": tasks}], indent=2) + "\n"


def tuned(planned: Planned) -> str:
    """A profile for tuned. What tuned has no plain setting for stays a comment with its command."""
    sections: dict[str, list[str]] = {"sysctl": [], "sysfs": []}
    rest: list[str] = []
    for _, made in _distinct(planned):
        for write in made.writes:
            if write.setting.door is not Door.FILE:
                rest.append(f"# {command(write)}")
                continue
            (text,) = write.to.values()
            if write.source.startswith("/sys/") and write.setting.form is FileForm.ALONE:
                sections["sysfs"].append(f"{write.source}={text}")
            elif write.setting.name == "sysctl":
                sections["sysctl"].append(f"{sysctl_name(write.subject)}={text}")
            else:
                rest.append(f"# {command(write)}")
    lines = ["[main]", "summary=Settings that perfadvisor advises for this machine"]
    for name, entries in sections.items():
        lines += ["", f"[{name}]", *map(one_line, dict.fromkeys(entries))] if entries else []
    lines += ["", "# Not for tuned:", *map(one_line, rest)] if rest else []
    return "\n".join(lines) + "\n"


FORMS: Mapping[str, Callable[[Planned], str]] = {"shell": shell, "diff": diff, "ansible": ansible, "tuned": tuned}


def _distinct(planned: Planned) -> Iterator[tuple[Finding, Plan]]:
    """Each plan once: one disk in several results is one change."""
    seen: set[tuple[str, ...]] = set()
    for finding, made in planned:
        what = differences(made.writes)
        if what not in seen:
            seen.add(what)
            yield finding, made


def _title(finding: Finding) -> str:
    return one_line(f"{finding.rule.id}: {finding.title or finding.rule.title}")


def _risk(finding: Finding) -> tuple[str, ...]:
    return (one_line(f"# Risk: {finding.rule.fix.risk}"),) if finding.rule.fix.risk else ()


def _task(finding: Finding, step: Sequence[Write]) -> dict[str, object]:
    """The values come as arguments and never as text of a shell, because names come from the machine that was read."""
    task: dict[str, object] = {"name": _literal(f"{finding.rule.id}: {'; '.join(differences(step))}")}
    write = step[0]
    if write.setting.door in COMMANDS:
        return {**task, "ansible.builtin.command": {"argv": [_literal(word) for word in argv_of(step)]}}
    words = ["sh", "-c", 'printf %s "$1" > "$2"', "sh", write.text, write.source]
    return {**task, "ansible.builtin.command": {"argv": [_literal(word) for word in words]}}


def _literal(text: str) -> str:
    """Text in which Ansible fills in nothing."""
    return one_line(text).replace("{{", "{ {").replace("{%", "{ %")
