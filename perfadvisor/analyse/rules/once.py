"""One finding for one thing, in however many environments it is seen, and none about what ends with the run."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.model.fact import Fact
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.workload import Environment, EnvironmentKind

Findings = tuple[Finding, ...]
Seen = tuple[str, str, tuple[tuple[str, str, object], ...]]  # rule, subject, evidence

BOOTED = "vm"  # the kind of environment whose guest is booted for the run and gone after it
HERE = "local"  # the kind of environment that is this machine itself
CLOCK = "cpu.clocksource"
ENDS = "the guest was booted for this run: its clock ends with it"


def once(found: Mapping[str, Findings], environments: Iterable[Environment]) -> dict[str, Findings]:
    """Environment -> its findings, less what another environment of the same kernel says already, and less the clocks
    of guests that were booted for the run. A container's kernel is its host's, and this machine with another domain
    or NIC is this machine."""
    known = {environment.name: environment for environment in environments}
    order = sorted(found, key=lambda name: _is_container(known.get(name)))  # hosts first
    said: dict[tuple[str, Seen], str] = {}
    kept: dict[str, Findings] = {}
    for name in order:
        environment = known.get(name)
        kept[name] = tuple(_judged(finding, environment, said) for finding in found[name])
    return {name: kept[name] for name in found}


def _judged(finding: Finding, environment: Environment | None, said: dict[tuple[str, Seen], str]) -> Finding:
    if finding.outcome is not Outcome.FIRES or environment is None:
        return finding
    if environment.spec.kind == BOOTED and any(name.startswith(CLOCK) for name in parse(finding.rule.when).names):
        return replace(finding, outcome=Outcome.NOT_APPLICABLE, reason=ENDS)
    kernel = _kernel(environment)
    first = said.setdefault((kernel, _seen(finding)), environment.name)
    if first == environment.name:
        return finding
    why = f"the same thing as in {first}, which shares its kernel"
    return replace(finding, outcome=Outcome.NOT_APPLICABLE, reason=why, same_as=first)


def _kernel(environment: Environment) -> str:
    """The environment that stands for the kernel: this machine is one, however it is set up while it measures."""
    name = environment.parent if _is_container(environment) else environment.name
    return HERE if name.partition(":")[0] == HERE else name


def _is_container(environment: Environment | None) -> bool:
    return environment is not None and environment.kind is EnvironmentKind.CONTAINER and bool(environment.parent)


def _seen(finding: Finding) -> Seen:
    facts = (fact for fact in finding.evidence if isinstance(fact, Fact))
    return finding.rule.id, finding.subject, tuple(sorted((one.name, one.subject, str(one.value)) for one in facts))
