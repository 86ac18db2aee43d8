"""Whether `rollback` takes back all that `fix.run` changes, to what was there before."""

import re
from collections.abc import Iterator

from perfadvisor.packs.problems import Problem
from perfadvisor.packs.rule_file import RuleText
from perfadvisor.packs.yamltext import Document

_SAVED = re.compile(r"> ?(~/\S+?)(?=[;\s]|$)")
_ETHTOOL = re.compile(r"ethtool (-[A-Z]) \{?\w+\}? ([^;&|]+)")
_SETTINGS = (
    re.compile(r"sysctl -w ([a-z0-9_.]+)="),
    re.compile(r"> ?(/(?:sys|proc)/\S+?)(?=[;\s]|$)"),
    re.compile(r"(--[a-z-]+)="),
    re.compile(r"ip link set dev \S+ (\w+) "),
    re.compile(r"modprobe (?!-)(\w+)"),
    re.compile(r"virsh (\w+) "),
)
_FACT = re.compile(r"\{[a-z_]+\.[a-z0-9_.]+\}")
_NAMELESS = re.compile(r"\bgrep (?!-\S*H)[^;|]*>")
PASSING = "while that process runs"


def problems(document: Document, rule: RuleText) -> Iterator[Problem]:
    """Settings that stay changed, and ways back that lead elsewhere."""
    run, undo = rule.fix.run, rule.rollback.run if rule.rollback else ""
    if not run or not undo or rule.fix.lasts == PASSING:
        return
    if _NAMELESS.search(run):
        yield document.problem(("fix", "run"), "`grep` without -H prints no file name where one file matches")
    saved = _SAVED.findall(run)
    if saved:
        yield from _unread(document, saved, undo)
        return
    for setting in _changed(run):
        if not re.search(rf"(?<![\w./-]){re.escape(setting)}(?![\w-])", undo):
            yield document.problem(("rollback", "run"), f"`{setting}`, which `fix.run` changes, is not taken back")
    if not _FACT.search(undo) and "modprobe -r" not in undo:
        yield document.problem(("rollback", "run"), "goes back to a constant, not to a value that was read or saved")


def _unread(document: Document, saved: list[str], undo: str) -> Iterator[Problem]:
    for file in saved:
        if file not in undo:
            yield document.problem(("rollback", "run"), f"`{file}`, where `fix.run` saves, is not read")


def _changed(run: str) -> Iterator[str]:
    """The settings a command changes, as both commands name them."""
    for option, words in _ETHTOOL.findall(run):
        yield option
        yield from words.split()[::2]
    for pattern in _SETTINGS:
        yield from pattern.findall(run)
