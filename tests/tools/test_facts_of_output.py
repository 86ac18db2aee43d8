"""Facts of output files: who wrote them, and that every fact is of the catalogue."""

import pytest

from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.model.units import Unit
from perfadvisor.tools.facts_of_output import CATALOGUE, facts, recognise


@pytest.mark.parametrize(
    ("start", "tool"),
    [
        (b'{\n  "fio version" : "fio-3.33",\n  "jobs" : [', "fio"),
        (b'{\n\t"start":\t{\n\t\t"version":\t"iperf 3.12",', "iperf3"),
        (b"fio: engine foo not loadable\n", "fio"),
        (b"iperf3: error - unable to connect to server\n", "iperf3"),
        (b'{"event":"start","data":{"connected":[]}}\n{"event":"end","data":{}}\n', "iperf3"),
        (b"{}", None),
        (b'{"jobs": 3}', None),
        (b'{"error": {}}', None),
        (b"", None),
        (b"CPU0 CPU1\n", None),
        (b"pcilib: /sys/bus/pci/devices/0000:00:00.0/config: Permission denied\n00:00.0 Host bridge: X\n", None),
        (b"error: failed to read one\nArchitecture: x86_64\n", None),
    ],
)
def test_recognised(start, tool):
    assert recognise(start) == tool


def test_every_file_of_ours_is_recognised(data):
    for tool in ("fio", "iperf3"):
        for path in (data / tool).iterdir():
            assert recognise(path.read_bytes()) == tool, path.name


def test_names_are_unique_and_facts_are_of_their_type(data):
    specs = {spec.name: spec for spec in CATALOGUE}
    assert len(specs) == len(CATALOGUE)
    for tool in ("fio", "iperf3"):
        for path in (data / tool).iterdir():
            for fact in facts(path.read_bytes(), path.name):
                assert fact.source == path.name
                if isinstance(fact, Fact):
                    assert type(fact.value) is specs[fact.name].type and fact.unit is specs[fact.name].unit


def test_a_few_by_hand(data):
    table = FactTable(facts((data / "fio" / "randrw-70-30.json").read_bytes()))
    assert table.value("fio_option.value", "0/rwmixread") == "70"
    assert table.value("fio_direction.total_ios", "0/read") == 31934
    assert table.find("fio_latency.p99", "0/write/clat").unit is Unit.NANOSECONDS
    table = FactTable(facts((data / "iperf3" / "tcp-omit.json").read_bytes()))
    assert table.value("iperf3.omit") == 1.0 and table.value("iperf3.intervals_omitted") == 1
    assert table.find("iperf3_sum.sender", "sum_sent").value is True
