"""Points of a sweep are told as such, and no rule takes the swept value of one for somebody's bad choice."""

from dataclasses import replace

import pytest

from perfadvisor.analyse.results.swept import swept
from perfadvisor.model.result import Cell
from perfadvisor.model.workload import Workload
from perfadvisor.packs.rules import load_rules

BASE = Workload(
    id="storage/w",
    title="",
    device="storage",
    tool="fio",
    parameters={"iodepth": 1, "rw": "read"},
    metrics=("read.iops",),
)


def told(*workloads: Workload) -> dict[str, str]:
    cells = [Cell(workload=one.id, environment="local", estimates=(), trials=()) for one in workloads]
    return dict(swept(cells, {one.id: one for one in workloads}))


def with_(**parameters: int | str) -> Workload:
    name = "+".join(["storage/w", *(f"{key}={value}" for key, value in parameters.items())])
    return replace(BASE, id=name, parameters={**BASE.parameters, **parameters})


def test_three_values_of_one_parameter_are_a_sweep() -> None:
    assert set(told(*(with_(iodepth=depth) for depth in (2, 4, 8))).values()) == {"iodepth"}
    assert set(told(BASE, with_(iodepth=4), with_(iodepth=8)).values()) == {"iodepth"}


def test_fewer_or_others_are_none() -> None:
    assert set(told(BASE, with_(iodepth=4)).values()) == {"none"}
    assert set(told(BASE, with_(iodepth=4), with_(iodepth=8, rw="write")).values()) == {"none"}
    others = [replace(with_(iodepth=depth), id=f"storage/w{depth}") for depth in (2, 4, 8)]
    assert set(told(*others).values()) == {"none"}, "workloads of names of their own are choices"


SWEPT = {
    "storage-qd-too-low": ("iodepth", "numjobs"),
    "cpu-single-core-bound": ("numjobs",),
    "network-tcp-window-limited": ("window_bytes",),
    "network-peer-window-limited": ("window_bytes",),
    "measurement-rate-asked": ("rate_iops",),
}


@pytest.mark.parametrize("rule", SWEPT)
def test_rules_that_judge_a_parameter_leave_its_sweep_alone(rule: str) -> None:
    (found,) = [one for one in load_rules() if one.id == rule]
    for parameter in SWEPT[rule]:
        assert any(f'result.swept != "{parameter}"' in text for text in found.requires)
