"""A fleet as Parquet files that other programs read."""

from dataclasses import replace

import pytest

from perfadvisor.fleet import tables
from perfadvisor.fleet.tables import COLUMNS, write_tables
from perfadvisor.model.fleet import FleetFact, HostRecord
from tests.fleet.test_command import fleet, kept, slow_fleet

parquet = pytest.importorskip("pyarrow.parquet")


def test_every_record_is_there_with_its_type(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tables, "HOSTS_AT_ONCE", 3)
    records = [
        replace(one, facts=(*one.facts, FleetFact("vm.swappiness", "", 60), FleetFact("irq.x", "7", True)))
        for one in slow_fleet(slow=2, hosts=7)
    ]
    bad = HostRecord(host="bad", source="", content="", error="cut off")
    assert write_tables([*records, bad], tmp_path) == {"hosts": 8, "facts": 28, "results": 7, "findings": 2}
    read = {name: parquet.read_table(tmp_path / f"{name}.parquet").to_pylist() for name in COLUMNS}
    assert {row["host"]: row["error"] for row in read["hosts"]}["bad"] == "cut off"
    facts = {(row["name"], row["type"], row["number"], row["words"]) for row in read["facts"] if row["host"] == "h00"}
    assert facts >= {("vm.swappiness", "int", 60.0, None), ("cpu.governors", "str", None, "powersave")}
    assert ("irq.x", "bool", 1.0, None) in facts
    assert read["results"][0]["median"] == 600.0 and read["results"][0]["runs"] == 5
    assert [row["rule"] for row in read["findings"]] == ["cpu-governor-powersave"] * 2


def test_an_interrupt_leaves_what_was_there(tmp_path) -> None:
    write_tables(slow_fleet(hosts=4), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def interrupted():
        yield from slow_fleet(hosts=4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_tables(interrupted(), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_command_names_the_files(tmp_path) -> None:
    done = fleet("export", kept(tmp_path / "out", slow_fleet()), "-o", tmp_path / "tables")
    assert done.stdout.splitlines()[0] == f"{tmp_path}/tables/hosts.parquet: 20 rows", done.exception
