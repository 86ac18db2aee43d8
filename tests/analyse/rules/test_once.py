"""One finding for one fact of the host, however many containers see it; none about the clock of a guest of ours."""

from dataclasses import replace

import pytest

from perfadvisor.analyse.rules.once import once
from perfadvisor.model.fact import Fact
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.workload import Environment, EnvironmentKind
from perfadvisor.packs.rules import load_rules
from perfadvisor.specs.parse import read_spec

RULES = {rule.id: rule for rule in load_rules()}
GOVERNOR, CLOCK = RULES["cpu-governor-powersave"], RULES["cpu-clocksource-slow"]
LOCAL = Environment(name="local", spec=read_spec("local"), kind=EnvironmentKind.BARE_METAL)
ENVIRONMENTS = {
    "local": LOCAL,
    **{
        name: Environment(name=name, spec=read_spec("podman"), kind=EnvironmentKind.CONTAINER, parent="local")
        for name in ("one", "two")
    },
    "vm": Environment(name="vm", spec=read_spec("vm"), kind=EnvironmentKind.VM, parent="local"),
    "libvirt": Environment(name="libvirt", spec=read_spec("libvirt:web"), kind=EnvironmentKind.VM),
}


def finding(environment: str, rule=GOVERNOR, value: str = "powersave") -> Finding:
    evidence = (Fact(name="cpu.governors", value=value, source="sysfs"),)
    return Finding(rule=rule, environment=environment, subject="", outcome=Outcome.FIRES, evidence=evidence)


def firing(*found: Finding) -> list[str]:
    kept = once({one.environment: (one,) for one in found}, ENVIRONMENTS.values())
    return [one.environment for each in kept.values() for one in each if one.outcome is Outcome.FIRES]


def test_containers_say_nothing_again_that_their_host_says() -> None:
    kept = once({name: (finding(name),) for name in ("one", "local", "two")}, ENVIRONMENTS.values())
    assert [kept[name][0].outcome is Outcome.FIRES for name in ("one", "local", "two")] == [False, True, False]
    assert kept["one"][0].reason == "the same thing as in local, which shares its kernel"


def test_without_their_host_the_first_speaks_for_all() -> None:
    assert firing(finding("one"), finding("two")) == ["one"]


def test_what_differs_is_said_of_each() -> None:
    assert firing(finding("local"), finding("one", value="schedutil")) == ["local", "one"]


def test_this_machine_with_another_domain_is_this_machine() -> None:
    names = ("local:domain=identity", "local:domain=DMA")
    domains = [Environment(name=name, spec=read_spec(name), kind=EnvironmentKind.BARE_METAL) for name in names]
    kept = once({name: (finding(name),) for name in (*names, "local")}, [*domains, LOCAL])
    assert [one.environment for each in kept.values() for one in each if one.outcome is Outcome.FIRES] == [names[0]]
    differs = {names[0]: (finding(names[0]),), names[1]: (finding(names[1], value="schedutil"),)}
    assert all(each[0].outcome is Outcome.FIRES for each in once(differs, domains).values())


def test_a_guest_has_a_kernel_of_its_own() -> None:
    assert firing(finding("local"), finding("vm"), finding("libvirt")) == ["local", "vm", "libvirt"]


@pytest.mark.parametrize(("environment", "said"), [("vm", False), ("libvirt", True), ("local", True)])
def test_the_clock_of_a_guest_that_ends_with_the_run_is_nobodys(environment: str, said: bool) -> None:
    assert bool(firing(finding(environment, rule=CLOCK))) is said


def test_what_does_not_fire_stays(rule=GOVERNOR) -> None:
    clear = replace(finding("one"), outcome=Outcome.CLEAR)
    assert once({"local": (finding("local"),), "one": (clear,)}, ENVIRONMENTS.values())["one"] == (clear,)
