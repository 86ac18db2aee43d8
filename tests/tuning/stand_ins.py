"""Findings, fixes and loads over files that stand for the kernel's."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from perfadvisor.gating import with_setting
from perfadvisor.gating.policy import Policy
from perfadvisor.model.fact import FactTable
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.packs.rules import load_rules
from perfadvisor.report.view import ReportView
from perfadvisor.targets.changing.undo import boot_id
from perfadvisor.tuning.bench import Measuring
from perfadvisor.tuning.how import How
from perfadvisor.tuning.judging import is_guard_by_name
from perfadvisor.tuning.model import PlannedFix, Tune, TuneState
from perfadvisor.tuning.steps import fixes

RULES = {rule.id: rule for rule in load_rules()}
Metric = Callable[[], float]


def view_of(*wanted: tuple[str, str]) -> ReportView:
    """A view with a finding for each (rule, `test.number=5`)."""
    plans = []
    for rule, text in wanted:
        made = with_setting.planned([with_setting.read_intent(text)])
        finding = Finding(rule=RULES[rule], environment="local", subject="", outcome=Outcome.FIRES, title="It waits")
        plans.append((finding, made))
    return ReportView(source="", now="", version="", facts={"local": FactTable(())}, plans=tuple(plans))


def fixes_of(*wanted: tuple[str, str]) -> tuple[PlannedFix, ...]:
    return fixes(view_of(*wanted), {})


def one_fix(text: str = "test.number=5") -> tuple[PlannedFix, ...]:
    return fixes_of(("numa-zone-reclaim", text))


def tune_of(found: tuple[PlannedFix, ...], id: str = "t") -> Tune:
    return Tune(
        id=id,
        host="h",
        boot=boot_id(),
        started="2026-11-28 05:00",
        version="0",
        source="now",
        state=TuneState.MEASURING,
        fixes=found,
    )


def set_to(path: Path, text: str = "5") -> bool:
    return path.read_text().strip() == text


def noisy() -> Iterator[float]:
    """Factors a little beside 1, the same for both sides on average."""
    return (1.0 + number * 7 % 5 * 0.001 for number in count())


def load(**metrics: Metric) -> Callable[[], Side]:
    """One fresh run: `iops` is to be high, any other metric low."""
    noise = noisy()

    def measure() -> Side:
        runs = [
            Runs(
                workload="w",
                metric=name,
                unit="iops" if name == "iops" else "ns",
                better="higher" if name == "iops" else "lower",
                values=(value() * next(noise),),
            )
            for name, value in metrics.items()
        ]
        return Side(name="w", runs={one.key: one for one in runs})

    return measure


def how(measure: Callable[[], Side], pairs: int = 27, refusal: str = "") -> How:
    measuring = Measuring(measure=measure, is_goal=lambda _, name: not is_guard_by_name(name), refusal=refusal)
    return How(ground=lambda _: measuring, policy_of=Policy().of, pairs=pairs, budget_s=None, progress=lambda _: None)
