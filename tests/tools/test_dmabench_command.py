"""dmabench's argv, and the huge pages it needs."""

import pytest

from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools import dmabench
from perfadvisor.tools.context import Context


def workload(**parameters):
    return Workload(id="memory/x", title="x", device="memory", tool="dmabench", parameters=parameters, metrics=("x",))


def argv(own=None, **parameters):
    trial = Trial(
        number=1,
        workload="memory/x",
        environment="local",
        repeat=1,
        position=1,
        runtime_s=3.0,
        warmup_s=0.5,
        parameters=own or {},
    )
    return dmabench.command(workload(**parameters), trial, Context(program="/x/dmabench"))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"kernel": "copy"}, "copy --pages=4k --seconds=3 --warmup=0.5"),
        (
            {"kernel": "chase", "pages": "1g", "cpu_node": 0, "memory_node": 3, "size_bytes": 65536},
            "chase --pages=1g --size=65536 --cpu-node=0 --memory-node=3 --seconds=3 --warmup=0.5",
        ),
        ({"kernel": "triad", "threads": 2}, "triad --pages=4k --threads=2 --seconds=3 --warmup=0.5"),
        ({"kernel": "pin", "pages": "thp"}, "pin --pages=thp --sizes=268435456"),
        ({"kernel": "read", "nodes": "all"}, "read --pages=4k --cpu-node=all --seconds=3 --warmup=0.5"),
        ({"kernel": "chase", "load": "rest"}, "chase --pages=4k --load=rest --seconds=3 --warmup=0.5"),
        (
            {
                "kernel": "map",
                "pages": "2m",
                "size_bytes": 2**26,
                "group": 5,
                "pci_address": "0000:01:00.0",
                "repeats": 3,
            },
            "map --pages=2m --sizes=67108864 --repeats=3 --group=5 --device=0000:01:00.0",
        ),
        ({"kernel": "edu", "group": 5, "pci_address": "0000:01:00.0"}, "edu --group=5 --device=0000:01:00.0"),
    ],
)
def test_command(parameters, expected):
    assert argv(**parameters) == ("/x/dmabench", *expected.split())


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"kernel": "map", "pages": "4k", "size_bytes": 2**26}, "map --pages=4k --sizes=67108864 --group=9 --device=D"),
        ({"kernel": "edu"}, "edu --group=9 --device=D"),
        ({"kernel": "edu", "group": 5, "pci_address": "E"}, "edu --group=5 --device=E"),
        ({"kernel": "pin", "pages": "4k", "size_bytes": 2**26}, "pin --pages=4k --sizes=67108864"),
    ],
)
def test_the_device_that_was_lent(parameters, expected):
    trial = Trial(number=1, workload="x/x", environment="local", repeat=1, position=1, runtime_s=3.0, warmup_s=0.5)
    lent = Context(program="dmabench", group=9, pci_address="D")
    assert dmabench.command(workload(**parameters), trial, lent) == ("dmabench", *expected.split())
    needs = parameters["kernel"] != "pin" and "group" not in parameters
    assert dmabench.needs_function(parameters) is needs


def test_a_trials_parameters_go_before_the_workloads():
    assert "--memory-node=1" in argv({"memory_node": 1}, kernel="copy", memory_node=0)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"kernel": "copy", "pages": "4k"}, (0, 0)),
        ({"kernel": "copy", "pages": "thp"}, (0, 0)),
        ({"kernel": "chase", "pages": "2m"}, (2**21, 128)),
        ({"kernel": "copy", "pages": "2m", "size_bytes": 2**22}, (2**21, 5)),
        ({"kernel": "triad", "pages": "1g"}, (2**30, 1)),
        ({"kernel": "pin", "pages": "2m", "size_bytes": 2**22}, (2**21, 2)),
        ({"kernel": "map", "pages": "1g", "size_bytes": 2**26}, (2**30, 1)),
    ],
)
def test_huge_pages(parameters, expected):
    assert dmabench.huge_pages(parameters) == expected
