"""A result is compared with the best of its own disk, pattern and block size, and with nothing else."""

from perfadvisor.analyse.results.catalogue import RESULT_CATALOGUE
from perfadvisor.analyse.results.disk_best import best_of_disks
from perfadvisor.model.fact import Fact, FactTable, Scalar

CATALOGUE = {spec.name: spec for spec in RESULT_CATALOGUE}


def result(subject: str, iops: float, depth: float, **changed: Scalar) -> list[Fact]:
    values: dict[str, Scalar] = {
        "environment": "local",
        "block": "nvme0n1",
        "block_size_bytes": 4096,
        "is_read": True,
        "is_write": False,
        "is_random": True,
        "trust": "VALID",
        "iops": iops,
        "queue_depth": depth,
        **changed,
    }
    return [Fact(name=f"result.{name}", subject=subject, value=value, source="x") for name, value in values.items()]


def bests(*results: list[Fact]) -> dict[str, tuple[Scalar, Scalar]]:
    table = FactTable([fact for one in results for fact in one])
    for fact in list(best_of_disks(table, table.subjects("result"), CATALOGUE)):
        table.add(fact)
    depth = table.of("result.best_iops_queue_depth")
    return {subject: (value, depth[subject]) for subject, value in table.of("result.best_iops").items()}


def test_the_deepest_is_the_best_of_both() -> None:
    assert bests(result("a", 1e4, 1), result("b", 4e5, 32)) == {"a": (4e5, 32), "b": (4e5, 32)}


def test_unlike_results_are_not_compared() -> None:
    for changed in ({"block": "sda"}, {"block_size_bytes": 8192}, {"is_random": False}, {"environment": "vm"}):
        assert bests(result("a", 1e4, 1), result("b", 4e5, 32, **changed)) == {}  # type: ignore[arg-type]


def test_invalid_results_are_no_measure() -> None:
    assert bests(result("a", 1e4, 1), result("b", 4e5, 32, trust="INVALID")) == {}
