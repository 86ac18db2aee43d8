"""The command that measures again what a fix is to move."""

import shlex
from fnmatch import fnmatchcase

from perfadvisor.model.rule import Rule
from perfadvisor.report.view import ReportView


def measure_again(view: ReportView, rule: Rule) -> str:
    """To be pasted: of the workloads that the rule names those which this run had, all of them where it had none.
    "" where the rule names no workload."""
    ran = {cell.workload for cell in view.cells}
    named = rule.verify.rerun
    chosen = [one for one in named if any(fnmatchcase(workload, one) for workload in ran)] or named
    return shlex.join(("perfadvisor", "run", *chosen)) if named else ""
