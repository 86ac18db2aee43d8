"""A small fleet of made-up hosts, judged once for all tests."""

from pathlib import Path

import pytest

from benchmarks.fleet_hosts import MadeHost, made_hosts
from perfadvisor.fleet.judging import JudgedFleet, judge_fleet
from tests.store.conftest import place, postgres, postgres_cluster

__all__ = ["place", "postgres", "postgres_cluster"]

HOSTS = 40


@pytest.fixture(scope="session")
def made() -> list[MadeHost]:
    """40 hosts: six planted, two broken."""
    return list(made_hosts(HOSTS, seed=1))


@pytest.fixture(scope="session")
def bundles(made, tmp_path_factory) -> Path:
    """Their archives."""
    folder = tmp_path_factory.mktemp("bundles")
    for one in made:
        (folder / f"{one.name}.tar.gz").write_bytes(one.data)
    return folder


@pytest.fixture(scope="session")
def judged(bundles, tmp_path_factory) -> tuple[Path, JudgedFleet]:
    """Where they were judged to, and what that call did."""
    out = tmp_path_factory.mktemp("judged") / "out"
    return out, judge_fleet([bundles], out)
