"""Machines in the store: each reading once, the newest one asked, and conditions answered as rules answer them."""

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import event, func, select, text

from perfadvisor.analyse.rules.conditions import Unknown, parse
from perfadvisor.errors import InputError
from perfadvisor.model.fact import Fact, FactSpec, Nature
from perfadvisor.model.fleet import FleetCell, FleetFact, FleetFinding, HostRecord
from perfadvisor.store import migrate
from perfadvisor.store.database import Database
from perfadvisor.store.machine_query import query_machines
from perfadvisor.store.machine_reading import AT_ONCE, machine_list, machine_records, newest, setting_moves
from perfadvisor.store.machines import add_machines, restored, stored
from perfadvisor.store.schema import MACHINE_CELLS, MACHINE_FACTS, MACHINE_REPORTS, MACHINES

HOSTILE = "'; DROP TABLE machines; -- <script>"


def spec(name: str, kind: type, subject: str = "") -> FactSpec:
    return FactSpec(name=name, type=kind, subject=subject, nature=Nature.SETTING, meaning="")


CATALOGUE = {
    one.name: one
    for one in (
        spec("nic.rx_usecs", int, "nic"),
        spec("nic.driver", str, "nic"),
        spec("nic.adaptive", bool, "nic"),
        spec("pci.width", int, "pci"),
        spec("vm.swappiness", int),
        spec("cpu.governor", str),
        spec("result.iops", float, "result"),
    )
}


def record(host: str, content: str = "1", **facts: object) -> HostRecord:
    """A host with facts: `nic_rx_usecs__eth0=8` is of eth0."""
    found = []
    for name, value in facts.items():
        fact, _, subject = name.partition("__")
        found.append(FleetFact(fact.replace("_", ".", 1), subject, value))
    cell = FleetCell("storage/x", "local", "read.iops", "iops", "higher", 10.0, 9.0, 11.0, 0.94, 5, "VALID")
    finding = FleetFinding("a-rule", "high", "local", "eth0", HOSTILE)
    return HostRecord(
        host=host, source="f", content=content, cohort="c", facts=tuple(found), cells=(cell,), findings=(finding,)
    )


def fill(place: str, *records: HostRecord, time: float = 1.0) -> int:
    with Database(place).writing() as connection:
        return len(add_machines(connection, [(one, time) for one in records]))


def ask(place: str, text: str):
    with Database(place).reading() as connection:
        return query_machines(connection, text, CATALOGUE)


def test_a_record_comes_back_as_it_was(place) -> None:
    one = record("h", nic_rx_usecs__eth0=8, nic_driver__eth0=HOSTILE, vm_swappiness=2**60 + 1, nic_adaptive__eth0=True)
    assert fill(place, one) == 1
    with Database(place).reading() as connection:
        (back,) = machine_records(connection)
        assert sorted(back.facts) == sorted(one.facts) and back.cells == one.cells and back.findings == one.findings
        (line,) = machine_list(connection)
        assert (line.host, line.findings, line.cohort) == ("h", 1, "c")


def test_nothing_is_stored_twice(place) -> None:
    one, other = record("h", vm_swappiness=60), record(HOSTILE[:30], vm_swappiness=60)
    assert fill(place, one, one, other) == 2
    assert fill(place, one, other, replace(one, content="2")) == 1
    with Database(place).reading() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (MACHINES, MACHINE_REPORTS, MACHINE_FACTS, MACHINE_CELLS)
        ]
    assert counts == [2, 3, 1, 3]


def test_the_newest_reading_is_asked_whatever_came_last(place) -> None:
    fill(place, record("h", "new", vm_swappiness=1), time=200.0)
    fill(place, record("h", "old", vm_swappiness=60), time=100.0)
    assert ask(place, "vm.swappiness == 1").matches == (("h", ""),)
    assert ask(place, "vm.swappiness == 60").matches == ()
    with Database(place).reading() as connection:
        assert len(connection.execute(newest()).all()) == 1


def test_a_condition_names_hosts_and_subjects(place) -> None:
    fill(
        place,
        record(
            "a", nic_rx_usecs__eth0=8, nic_driver__eth0="mlx5_core", nic_rx_usecs__eth1=64, nic_driver__eth1="e1000e"
        ),
        record("b", nic_rx_usecs__eth0=64, nic_driver__eth0="mlx5_core", nic_adaptive__eth0=True),
        record("c", nic_driver__eth0="mlx5_core"),
        record("d", vm_swappiness=60),
    )
    found = ask(place, "nic.rx_usecs != 8 and nic.driver == 'mlx5_core'")
    assert (found.matches, found.unknown, found.asked) == ((("b", "eth0"),), ("c",), 4)
    assert ask(place, "nic.driver not in ('mlx5_core', 'virtio_net')").matches == (("a", "eth1"),)
    assert ask(place, "nic.adaptive").matches == (("b", "eth0"),)
    assert ask(place, "nic.rx_usecs / (nic.rx_usecs - 8) > 1").matches == (("a", "eth1"), ("b", "eth0"))
    assert ask(place, f"nic.driver == {HOSTILE[4:20]!r}").matches == ()


def test_facts_of_the_machine_join_those_of_its_devices(place) -> None:
    fill(
        place, record("a", nic_rx_usecs__eth0=64, vm_swappiness=1), record("b", nic_rx_usecs__eth0=64, vm_swappiness=60)
    )
    assert ask(place, "nic.rx_usecs > 8 and vm.swappiness < 10").matches == (("a", "eth0"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nic.rx_usec > 8", "did you mean `nic.rx_usecs`"),
        ("nic.rx_usecs > 'x'", "text, where a number is needed"),
        ("nic.rx_usecs > ", "not a condition"),
        ("nic.rx_usecs > 8 and pci.width < 8", "asks of nic and pci at once"),
        ("host.vm.swappiness > 8", "not stored"),
        ("result.iops > 8", "not stored"),
        ("(nic.rx_usecs > 8) == (nic.rx_usecs > 9)", "no form in SQL"),
    ],
)
def test_what_has_no_form_in_sql_is_refused_with_the_reason(tmp_path, text: str, words: str) -> None:
    place = str(tmp_path / "h.sqlite")
    fill(place, record("a", vm_swappiness=1))
    with pytest.raises(InputError) as raised:
        ask(place, text)
    assert words in raised.value.message


NUMBERS = some.one_of(some.none(), some.integers(-3, 3))
TEXTS = some.one_of(some.none(), some.sampled_from(["a", "b", "it's"]))
ATOMS = some.sampled_from(
    [
        "vm.swappiness > 1",
        "vm.swappiness == 0",
        "cpu.governor == 'a'",
        "cpu.governor in ('a', \"it's\")",
        "cpu.governor not in ('b',)",
        "vm.swappiness * 2 - 1 <= vm.swappiness",
        "6 / vm.swappiness >= 3",
        "0 < vm.swappiness <= 2",
    ]
)
CONDITIONS = some.recursive(
    ATOMS,
    lambda inner: some.one_of(
        inner.map(lambda one: f"not ({one})"),
        some.tuples(inner, some.sampled_from(["and", "or"]), inner).map(lambda it: f"({it[0]}) {it[1]} ({it[2]})"),
    ),
    max_leaves=5,
)


@given(text=CONDITIONS, number=NUMBERS, words=TEXTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_answers_as_the_rules_do(tmp_path, text: str, number: int | None, words: str | None) -> None:
    place = str(tmp_path / f"{abs(hash((text, number, words)))}.sqlite")
    facts = {"vm_swappiness": number, "cpu_governor": words}
    fill(place, record("h", **{name: value for name, value in facts.items() if value is not None}))
    values = {"vm.swappiness": number, "cpu.governor": words}

    def lookup(name: str):
        value = values[name]
        return CATALOGUE[name].absent("none") if value is None else Fact(name=name, value=value, source="")

    expected = parse(text)(lookup)
    found = ask(place, text)
    assert bool(found.matches) == (expected is True)
    assert bool(found.unknown) == isinstance(expected, Unknown)


def test_changes_are_listed_with_the_time_of_the_first_reading_that_had_them(place) -> None:
    for time, value in ((10.0, 60), (20.0, 60), (30.0, 1), (40.0, 1)):
        fill(place, record("h", str(time), vm_swappiness=value, cpu_governor="a"), time=time)
    fill(place, record("other", vm_swappiness=1), time=5.0)
    with Database(place).reading() as connection:
        (move,) = setting_moves(connection, ["vm.swappiness", "cpu.governor"])
        assert list(setting_moves(connection, ["vm.swappiness"], "other")) == []
    assert (move.host, move.time, move.before, move.after) == ("h", 30.0, 60, 1)


@pytest.mark.parametrize("value", [True, False, 0, -5, 2**62 + 1, 1.5, "", "text"])
def test_values_keep_their_type(value: object) -> None:
    back = restored("n", "s", *stored(value)).value
    assert back == value and type(back) is type(value)


def test_machines_share_the_facts_they_have_in_common(place) -> None:
    alike = [record(f"h{number}", vm_swappiness=60, vm_free=number) for number in range(3)]
    with Database(place).writing() as connection:
        add_machines(connection, [(one, 1.0) for one in alike], {"vm.swappiness": "setting"})
    odd = record("odd", vm_swappiness=True, vm_free=1)  # which is not the number 1
    with Database(place).writing() as connection:
        add_machines(connection, [(odd, 1.0)], {"vm.swappiness": "setting"})
    with Database(place).reading() as connection:
        facts = connection.execute(select(func.count()).select_from(MACHINE_FACTS)).scalar_one()
        back = {one.host: set(one.facts) for one in machine_records(connection)}
    assert facts == 1 + 3 + 1
    assert back == {one.host: set(one.facts) for one in (*alike, odd)}
    assert type(next(fact.value for fact in back["odd"] if fact.name == "vm.swappiness")) is bool


def test_records_of_many_machines_take_few_queries(place) -> None:
    fill(place, *(record(f"h{number:03}", vm_swappiness=number % 2) for number in range(AT_ONCE + 1)))
    asked: list[str] = []
    with Database(place).reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
        found = list(machine_records(connection))
    assert [one.host for one in found] == [f"h{number:03}" for number in range(AT_ONCE + 1)]
    assert [fact.value for one in found for fact in one.facts] == [number % 2 for number in range(AT_ONCE + 1)]
    assert len(asked) <= 1 + 2 * 4


def test_facts_of_an_earlier_schema_are_kept(place) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with Database(place)._engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(text("INSERT INTO machines (name) VALUES ('a'), ('b')"))
        for machine in (1, 2):
            connection.execute(
                text(
                    "INSERT INTO machine_reports (machine_id, content, time, taken, received, source, version, cohort, "
                    f"identity, environment) VALUES ({machine}, 'c', 1, 1, 1, 'f', '1', 'c', 'i', 'local')"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO machine_facts (report_id, name, subject, type, number, words) VALUES "
                    f"({machine}, 'vm.swappiness', '', 'int', {machine}, NULL), "
                    f"({machine}, 'nic.driver', 'eth0', 'str', NULL, 'e1000e')"
                )
            )
    fill(place, record("c", vm_swappiness=3))
    with Database(place).reading() as connection:
        found = {one.host: sorted(one.facts) for one in machine_records(connection)}
    driver = FleetFact("nic.driver", "eth0", "e1000e")
    assert found["a"] == [driver, FleetFact("vm.swappiness", "", 1)]
    assert found["b"] == [driver, FleetFact("vm.swappiness", "", 2)]
    assert ask(place, "vm.swappiness > 1").matches == (("b", ""), ("c", ""))
