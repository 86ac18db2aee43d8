"""Settings of many hosts: who differs, and what separates the slow ones."""

from perfadvisor.analyse.fleet.drift import accepted, drift
from perfadvisor.analyse.fleet.separating import decision_list, separating
from perfadvisor.analyse.fleet.settings import CohortSettings, add_host
from perfadvisor.model.fact import Scalar
from perfadvisor.model.fleet import FleetFact, SettingKey

RX = SettingKey("nic.rx_usecs", "eth0")


def cohort(facts: list[list[FleetFact]]) -> CohortSettings:
    """One cohort: h0, h1, ..."""
    names = [f"h{number}" for number in range(len(facts))]
    holders: dict[SettingKey, dict[Scalar, int]] = {}
    for number, one in enumerate(facts):
        add_host(holders, number, one)
    return CohortSettings("alike", names, (1 << len(names)) - 1, holders)


def made(count: int, **odd: dict[str, object]) -> CohortSettings:
    """`count` hosts that agree but for their addresses, with `odd` values: host -> what it has otherwise."""
    alike = []
    for number in range(count):
        usual = {"rx_usecs": 8, "governor": "performance"}
        facts = usual | odd.get(f"h{number}", {})
        alike.append(
            [
                FleetFact("nic.rx_usecs", "eth0", facts["rx_usecs"]),
                FleetFact("cpu.governors", "", facts["governor"]),
                FleetFact("nic.address", "eth0", f"10.0.0.{number}"),
            ]
        )
    return cohort(alike)


def test_one_of_many_that_differs_is_odd_and_addresses_are_not() -> None:
    (one,) = made(20, h7={"rx_usecs": 64}).odd()
    assert (one.host, one.key, one.value, one.usual, one.agreeing, one.hosts) == ("h7", RX, 64, 8, 19, 20)


def test_where_many_differ_none_is_odd() -> None:
    halves = {f"h{i}": {"rx_usecs": 64} for i in range(8)}
    assert list(made(20, **halves).odd()) == []


def test_one_of_four_is_odd_and_two_of_four_are_not() -> None:
    assert [one.host for one in made(4, h3={"governor": "powersave"}).odd()] == ["h3"]
    assert list(made(4, h2={"governor": "powersave"}, h3={"governor": "powersave"}).odd()) == []


def test_the_planted_setting_separates_the_slow_hosts_with_a_p_value() -> None:
    slow = {f"h{i}": {"rx_usecs": 64} for i in range(5)}
    settings = made(40, **slow)
    first, *_ = separating(settings, settings.hosts_of(slow))
    assert (first.key, first.value, first.usual) == (RX, 64, 8)
    assert (first.slow_with, first.slow, first.rest_with, first.rest) == (5, 5, 0, 35)
    assert first.q < 1e-4


def test_a_list_has_one_step_for_each_cause() -> None:
    causes = {f"h{i}": {"rx_usecs": 64} for i in range(5)} | {f"h{i}": {"governor": "powersave"} for i in range(5, 10)}
    settings = made(60, **causes)
    steps = decision_list(settings, settings.hosts_of(causes))
    assert {(one.key.name, one.value) for one in steps} == {("nic.rx_usecs", 64), ("cpu.governors", "powersave")}


def test_a_setting_that_is_as_frequent_elsewhere_separates_nothing() -> None:
    everywhere = {f"h{i}": {"rx_usecs": 64} for i in range(0, 40, 2)}
    settings = made(40, **everywhere)
    assert decision_list(settings, settings.hosts_of(["h0", "h1", "h2", "h3"])) == ()


def test_one_slow_host_of_four_is_explained_by_what_it_alone_has() -> None:
    settings = made(4, h2={"governor": "powersave"})
    (only,) = decision_list(settings, settings.hosts_of(["h2"]))
    assert (only.key.name, only.value, only.p) == ("cpu.governors", "powersave", 0.25)


def test_hosts_without_the_setting_count_on_no_side() -> None:
    settings = cohort([[FleetFact("x", "", number < 2)] if number != 5 else [] for number in range(12)])
    (gap,) = separating(settings, settings.hosts_of(["h0", "h1", "h5"]))
    assert (gap.slow_with, gap.slow, gap.rest_with, gap.rest) == (2, 2, 0, 9)


def test_what_leaves_the_accepted_values_has_drifted() -> None:
    baseline = accepted(made(20))
    assert baseline == {RX: 8, SettingKey("cpu.governors", ""): "performance"}
    facts = [FleetFact("nic.rx_usecs", "eth0", 64), FleetFact("new.fact", "", 1)]
    (one,) = drift("h1", "alike", facts, baseline)
    assert (one.key, one.value, one.usual) == (RX, 64, 8)


def test_what_a_fifth_of_the_hosts_do_otherwise_is_not_accepted() -> None:
    assert RX not in accepted(made(20, **{f"h{i}": {"rx_usecs": 64} for i in range(4)}))
