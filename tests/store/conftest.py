"""A PostgreSQL of our own: a cluster in a temporary folder, on a socket only we know, stopped at the end."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

VERSIONS = Path("/usr/lib/postgresql")


def _program(name: str) -> str:
    found = sorted(VERSIONS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else ""


def _as_postgres(*argv: str) -> None:
    """PostgreSQL refuses to run as root."""
    drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    subprocess.run([*drop, *argv], check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """The URL of a cluster, without the database's name."""
    if not _program("initdb"):
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pa-pg-", dir="/tmp"))  # a socket's path may have 107 characters
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = str(folder / "data")
    try:
        _as_postgres(_program("initdb"), "-D", data, "-U", "tester", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        _as_postgres(_program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://tester@/{{name}}?host={folder}"
        finally:
            _as_postgres(_program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
