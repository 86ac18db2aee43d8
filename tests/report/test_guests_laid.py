"""Guests laid over the nodes of their host."""

from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.report.guests_laid import guests_on
from perfadvisor.report.topology import topology

NODES = (("node.cpu_list", "0", "0-3"), ("node.cpu_list", "1", "4-7"), ("node.cpu_count", "0", 4))


def table(*rows: tuple[str, str, object]) -> FactTable:
    return FactTable(
        Fact(name=name, subject=subject, value=value, source="s") for name, subject, value in (*NODES, *rows)
    )


def test_pinned_vcpus_and_memory_elsewhere() -> None:
    found = table(
        ("vm.vcpus", "web", 4),
        ("vm.pinned_cpus", "web", "2-5"),
        ("vm.vcpu_nodes", "web", "0-1"),
        ("vm.memory_nodes", "web", "1"),
    )
    assert list(guests_on(found, "0")) == ["guest web: 4 vCPUs on 2-3, memory on node 1"]
    assert list(guests_on(found, "1")) == ["guest web: 4 vCPUs on 4-5, memory"]


def test_a_guest_that_is_not_pinned_or_does_not_run() -> None:
    rows = (("vm.vcpus", "db", 1), ("vm.vcpu_nodes", "db", "0"))
    assert list(guests_on(table(*rows), "0")) == ["guest db: 1 vCPU, not pinned"]
    assert list(guests_on(table(*rows), "1")) == []
    assert list(guests_on(table(*rows, ("vm.running", "db", False)), "0")) == []


def test_the_picture_has_a_line_for_each_and_counts_the_rest() -> None:
    rows = [row for n in range(5) for row in (("vm.vcpus", f"g{n}", 1), ("vm.vcpu_nodes", f"g{n}", "0"))]
    zero, one = topology(table(*rows, ("node.packages", "0", "0"), ("node.packages", "1", "1")))
    assert [line for line in zero.lines if "guest" in line][-1] == "and 2 more guests"
    assert (zero.title, one.title) == ("Node 0, package 0", "Node 1, package 1")
    assert zero.header > one.header and zero.height >= zero.header
