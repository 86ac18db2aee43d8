"""Everything a report is made of, as values: no clock, no files, no machine behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from perfadvisor.model.evidence import Contradiction, PartNote
from perfadvisor.model.fact import FactTable
from perfadvisor.model.ratio import EnvironmentRatio
from perfadvisor.model.result import Cell
from perfadvisor.model.rule import Finding, Outcome, Rule
from perfadvisor.model.run import Run
from perfadvisor.model.workload import Environment, EnvironmentKind
from perfadvisor.settings.model import Plan
from perfadvisor.specs.spec import Spec


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportView:
    """A run or snapshot, judged. `findings` hold all outcomes; `facts` has a table per environment name.

    `run` is None for a machine that was only read. `source` is what the user named, `now` the time the report was made
    ("2026-11-22 17:30 UTC"), `version` perfadvisor's own, `meanings` the catalogue's sentence per fact name. `unasked`
    are the rules about things that what was read does not describe at all. `plans` are what the fixes of findings would
    write, where the machine was read. `evidence` has what was made of each part of saved outputs, `contradictions`
    where two of them differ. `interrupts` is /proc/interrupts of each environment where it was read. `taken` is when a
    machine that was only read was (seconds since the epoch), 0 where that is not known."""

    source: str
    now: str
    version: str
    run: Run | None = None
    cells: tuple[Cell, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, FactTable] = field(default_factory=dict)
    ratios: tuple[EnvironmentRatio, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    goal: str = ""
    unasked: tuple[Rule, ...] = ()
    plans: tuple[tuple[Finding, Plan], ...] = ()
    evidence: tuple[PartNote, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    interrupts: Mapping[str, bytes] = field(default_factory=dict)
    taken: float = 0.0

    @property
    def environments(self) -> tuple[Environment, ...]:
        """The run's environments, or one of unknown kind for every table of facts."""
        if self.run is not None and self.run.environments:
            return self.run.environments
        return tuple(Environment(name=name, spec=Spec(text=""), kind=EnvironmentKind.UNKNOWN) for name in self.facts)

    @property
    def base(self) -> str:
        """The name of the environment the others stand on: the first one without a parent."""
        roots = (environment.name for environment in self.environments if not environment.parent)
        return next(roots, "")

    @property
    def host_name(self) -> str:
        """What to call the machine."""
        if self.run is not None and self.run.host.get("name"):
            return self.run.host["name"]
        table = self.facts.get(self.base)
        name = table.value("kernel.hostname") if table else None
        return str(name) if name else self.source.rstrip("/").rpartition("/")[2]

    def with_outcome(self, outcome: Outcome) -> tuple[Finding, ...]:
        """The findings that ended this way, in the order given."""
        return tuple(finding for finding in self.findings if finding.outcome is outcome)

    def only(self, name: str) -> "ReportView":
        """One environment alone, as if it were all there is: without a parent, and without ratios to one."""
        return replace(
            self,
            run=_run_of(self.run, name) if self.run else None,
            cells=tuple(cell for cell in self.cells if cell.environment == name),
            findings=tuple(finding for finding in self.findings if finding.environment == name),
            facts={name: self.facts[name]} if name in self.facts else {},
            ratios=(),
            plans=tuple(plan for plan in self.plans if plan[0].environment == name),
            interrupts={each: data for each, data in self.interrupts.items() if each == name},
        )


def _run_of(run: Run, name: str) -> Run:
    return replace(
        run,
        environments=tuple(replace(each, parent="") for each in run.environments if each.name == name),
        plan=tuple(trial for trial in run.plan if trial.environment == name),
        results=tuple(result for result in run.results if result.trial.environment == name),
        before={environment: snapshot for environment, snapshot in run.before.items() if environment == name},
        after={environment: snapshot for environment, snapshot in run.after.items() if environment == name},
    )
