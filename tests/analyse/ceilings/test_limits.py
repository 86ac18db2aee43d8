"""Limits beside results, against values that were worked out by hand."""

from dataclasses import replace

import pytest

from perfadvisor.analyse.ceilings.ceiling import Ceiling, CeilingKind, verdict
from perfadvisor.analyse.ceilings.limits import Known, ceilings, device_known, memory_bandwidth
from perfadvisor.analyse.statistics.estimate import estimate
from perfadvisor.facts.pci.pcie_rate import bytes_per_s
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.model.result import Cell, Doubt, Output, TrialResult, TrialState, Trust
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial

CELL = "w@local"
DISK = {"result.block": "nvme0n1", "result.pci": "0000:01:00.0"}
NET = {"result.nic": "eth0", "result.crosses_nic": True, "result.protocol": "TCP"}


def known(
    seen: dict, machine: dict | None = None, rating: dict | None = None, memory: float | None = None, **deltas
) -> Known:
    facts = [Fact(name=name, value=value, subject=CELL, source="") for name, value in seen.items()]
    facts += [
        Fact(name=name, value=value, subject=subject, source="") for (name, subject), value in (machine or {}).items()
    ]
    asked = Trial(number=1, workload="w", environment="local", repeat=1, position=1, runtime_s=8, warmup_s=0)
    trial = TrialResult(
        trial=asked, state=TrialState.DONE, started=0, duration_s=10.0, output=Output(samples=()), deltas=deltas
    )
    some = estimate("read.iops", Unit.IOPS, "higher", [1.0, 1.0, 1.0])
    cell = Cell(workload="w", environment="local", estimates=(some,), trials=(trial,))
    return Known(cell=cell, facts=FactTable(facts), memory=memory, rating=rating)


def only(made: Known, kind: CeilingKind) -> Ceiling:
    (found,) = [one for one in ceilings(made) if one.kind is kind]
    return found


def test_the_link_after_coding_and_headers() -> None:
    rate = bytes_per_s(8.0, 4, 256)
    made = known(
        {**DISK, "result.read_bytes_per_s": 3.2e9, "result.write_bytes_per_s": 1e9},
        {("pci.path_bytes_per_s", "0000:01:00.0"): rate},
    )
    found = only(made, CeilingKind.LINK)
    assert found.limit == pytest.approx(3.458e9, rel=0.001), "8 GT/s, 4 lanes, 128b/130b, 256 of 280 bytes, 96 %"
    assert found.reached == 3.2e9, "both ways are carried at once"
    assert (
        verdict([found], device_known=True)
        == "at 93 % of the PCIe path of 0000:01:00.0 (3.46 GB/s): tuning will not help"
    )


@pytest.mark.parametrize(("mtu", "payload"), [(1500, 1448 / 1538), (9000, 8948 / 9038)])
def test_the_line_after_framing_at_this_mtu(mtu: int, payload: float) -> None:
    made = known(
        {**NET, "result.bits_per_s": 9.3e9}, {("nic.speed_bits_per_s", "eth0"): 10**10, ("nic.mtu", "eth0"): mtu}
    )
    assert only(made, CeilingKind.LINE).limit == pytest.approx(payload * 1e10)
    inside = replace(made, facts=FactTable([*made.facts]))
    inside.facts.add(Fact(name="result.crosses_nic", value=False, subject=CELL, source=""))
    assert [one.kind for one in ceilings(made)] == [CeilingKind.LINE]


def test_a_line_that_was_not_crossed_is_no_limit() -> None:
    made = known(
        {**NET, "result.crosses_nic": False, "result.bits_per_s": 9e9},
        {("nic.speed_bits_per_s", "eth0"): 10**10, ("nic.mtu", "eth0"): 1500},
    )
    assert ceilings(made) == ()


def test_a_shaper_counts_packets_with_their_link_header() -> None:
    made = known({**NET, "result.bits_per_s": 95e6}, {("nic.mtu", "eth0"): 1500}, **{"path.nic.shaped_bits_per_s": 1e8})
    found = only(made, CeilingKind.SHAPER)
    assert found.limit == pytest.approx(1448 / 1514 * 1e8)
    assert verdict([found], device_known=True).endswith(": only a higher rate there helps")


def test_caps_of_the_control_group() -> None:
    made = known(
        {**DISK, "result.read_iops": 1990.0, "result.read_bytes_per_s": 8e6}, {("cgroup.read_iops_max", ""): 2000}
    )
    found = only(made, CeilingKind.CAP)
    assert found.words == "100 % of the control group's cap on reads (2.00 k IOPS)"


def test_window_times_flows() -> None:
    made = known({**NET, "result.bits_per_s": 95e6, "result.window_limit_bits_per_s": 50e6, "result.streams": 2})
    assert only(made, CeilingKind.WINDOW).limit == 1e8


def test_one_cpu_at_this_cost() -> None:
    assert (
        only(known({**DISK, "result.iops": 100e3, "result.max_thread_cpu_share": 0.8}), CeilingKind.CPU).limit == 125e3
    )
    made = known(
        {**NET, "result.bits_per_s": 20e9, "result.sender_cpu_percent": 50.0, "result.iperf3_multithreaded": False}
    )
    assert only(made, CeilingKind.CPU).limit == 40e9
    assert ceilings(known({**DISK, "result.iops": 1e3, "result.max_thread_cpu_share": 0.001})) == (), (
        "too little to tell"
    )


def test_the_quota_of_a_control_group() -> None:
    made = known({**DISK, "result.iops": 50e3}, {("cgroup.cpu_quota_cpus", ""): 0.5}, **{"cgroup.used_ns": 4.9e9})
    assert only(made, CeilingKind.QUOTA).share == pytest.approx(0.98)


def test_the_rating_is_the_devices_own() -> None:
    rating = {"read_iops": 1e6, "read_bytes_per_s": 7e9}
    made = known({**DISK, "result.read_iops": 310e3, "result.read_bytes_per_s": 1.27e9}, rating=rating)
    assert device_known(made) and not device_known(known(DISK))
    assert verdict(ceilings(made), device_known=True) == (
        "at 31 % of everything known, nearest nvme0n1's rating (reads): look for software"
    )
    assert "(--rating)" in verdict(ceilings(made), device_known=False)


def test_memory_as_dmabench_measured_it_here() -> None:
    made = known({**NET, "result.bytes_per_s": 4e9, "result.bits_per_s": 32e9}, memory=12e9)
    assert only(made, CeilingKind.MEMORY).share == pytest.approx(1 / 3)
    copy = replace(
        made.cell,
        workload="memory/copy",
        estimates=(estimate("copy.bytes_per_s", Unit.BYTES_PER_SECOND, "higher", [9e9] * 3),),
    )
    facts = FactTable([Fact(name="result.tool", value="dmabench", subject=copy.id, source="")])
    assert memory_bandwidth([copy, made.cell], facts) == 9e9
    assert memory_bandwidth([made.cell], facts) is None


def test_what_is_far_exceeded_does_not_apply() -> None:
    cap = Ceiling(kind=CeilingKind.CAP, name="a cap", limit=1.0, reached=5.0, unit=Unit.IOPS)
    assert verdict([cap], device_known=True) == ""
    half = replace(cap, name="another", reached=0.7)
    assert verdict([cap, half], device_known=True) == "at 70 % of another (1.00 IOPS), the nearest limit that is known"


ONE_IN_FLIGHT = {
    **DISK,
    "result.iops": 4.9,
    "result.queue_depth": 1.0,
    "result.numjobs": 1,
    "result.block_size_bytes": 4096,
}


def delayed(more: dict, machine: dict | None = None, shortest_ns: float | None = 200.4e6) -> Known:
    """Every I/O takes at least this long."""
    made = known({**ONE_IN_FLIGHT, **more}, machine)
    details = {} if shortest_ns is None else {"latency_min_ns": shortest_ns}
    trials = tuple(replace(one, output=Output(samples=(), details=details)) for one in made.cell.trials)
    return replace(made, cell=replace(made.cell, trials=trials))


def test_so_many_in_flight_at_the_shortest_time_of_one() -> None:
    found = only(delayed({}), CeilingKind.DEPTH)
    assert found.limit == pytest.approx(4.99, abs=0.01)
    assert verdict([found], device_known=False) == (
        "at 98 % of what 1 in flight can do where each takes the shortest time seen, 200 ms (4.99 IOPS): "
        "more I/Os in flight help"
    )
    deep = {"result.queue_depth": 32.0, "result.engine_is_sync": True, "result.numjobs": 2}
    assert only(delayed(deep), CeilingKind.DEPTH).limit == pytest.approx(9.98, abs=0.01), "one for each job"


def test_the_time_of_an_io_is_no_limit_where_another_one_makes_it() -> None:
    capped = delayed({"result.read_iops": 4.9}, {("cgroup.read_iops_max", ""): 5})
    assert [one.kind for one in ceilings(capped)] == [CeilingKind.CAP]
    assert ceilings(delayed({"result.block_size_bytes": 1 << 20})) == (), "a large block takes time to move"
    assert ceilings(delayed({}, shortest_ns=None)) == (), "unknown"


def test_nothing_is_said_of_unsound_results() -> None:
    made = known({**DISK, "result.read_iops": 1990.0}, {("cgroup.read_iops_max", ""): 2000})
    bad = replace(made.cell, doubts=(Doubt(trust=Trust.INVALID, reason="x", evidence=""),))
    assert ceilings(replace(made, cell=bad)) == ()


@pytest.mark.parametrize(
    ("seen", "machine", "tells"),
    [
        ({}, {}, False),
        ({"result.crosses_nic": True}, {}, False),
        ({"result.crosses_nic": False}, {}, True),
        (
            {**NET, "result.bits_per_s": 1e9},
            {("nic.speed_bits_per_s", "eth0"): 10**10, ("nic.mtu", "eth0"): 1500},
            True,
        ),
    ],
)
def test_a_file_of_results_does_not_tell_what_its_device_can_do(seen: dict, machine: dict, tells: bool) -> None:
    made = known(seen, machine)
    (trial,) = made.cell.trials
    output = replace(trial.output, details={"imported_from": "fio.txt"})
    given = replace(made, cell=replace(made.cell, trials=(replace(trial, output=output),)))
    assert device_known(given) is tells and device_known(made)


def test_a_limit_of_a_network_asks_for_no_rating_of_a_disk() -> None:
    far = Ceiling(kind=CeilingKind.WINDOW, name="x", limit=10.0, reached=1.0, unit=Unit.BITS_PER_SECOND)
    assert verdict([far], device_known=False).endswith("what the device itself can do is not")
