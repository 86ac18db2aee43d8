"""`python -m tests.exam.inside RUN RULE`: the fix of a finding, as its plan, made and taken back as often as asked.

It runs on the side of the stage that was judged. It prints the differences as JSON, then does what each line of its
input says: "make" or "undo". What is made when the input ends is taken back. The journal is the product's own."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from perfadvisor.errors import PerfAdvisorError
from perfadvisor.gating import with_setting
from perfadvisor.judge import judge
from perfadvisor.settings.commands import differences
from perfadvisor.settings.model import Intent, Plan
from perfadvisor.targets.changing import journal, settings


def main() -> int:
    """Say the plan, then obey."""
    try:
        made = _plan(Path(sys.argv[1]), sys.argv[2])
    except PerfAdvisorError as error:
        return _say({"refused": error.message})
    if made is None:
        return _say({"refused": "the finding has no plan"})
    _say({"differences": list(differences(made.writes))})
    book = journal.begin()
    start = book.last
    try:
        for line in sys.stdin:
            if line.strip() == "make":
                settings.apply(made, book)
            else:
                book.put_back_after(start)
            _say({"done": line.strip()})
    except PerfAdvisorError as error:
        _say({"refused": error.message})
    finally:
        failed = book.close()
    return int(bool(failed))


def _plan(run: Path, rule: str) -> Plan | None:
    """What the finding's fix writes on this side now; None without a fix as values."""
    plans: Sequence[Plan] = [plan for finding, plan in judge(run).plans if finding.rule.id == rule]
    if not plans:
        return None
    return with_setting.planned(
        [Intent(setting=one.setting.name, subject=one.subject, to=one.to) for one in plans[0].writes]
    )


def _say(what: dict[str, object]) -> int:
    print(json.dumps(what), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
