"""Where the tests keep their histories: a SQLite file, and a database of a PostgreSQL of our own."""

from collections.abc import Iterator

import pytest

from tests.store.cluster import cluster, program


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """The URL of a cluster, without the database's name."""
    if not program("initdb"):
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    with cluster() as url:
        yield url


@pytest.fixture
def postgres(postgres_cluster, request) -> str:
    """The URL of an empty database."""
    import psycopg

    name = f"t{abs(hash(request.node.nodeid))}"
    with psycopg.connect(postgres_cluster.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_cluster.format(name=name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request, tmp_path) -> str:
    """Where a history goes: a SQLite file, and a PostgreSQL database."""
    return str(tmp_path / "history.sqlite") if request.param == "sqlite" else request.getfixturevalue("postgres")
