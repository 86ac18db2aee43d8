"""A PostgreSQL of our own: a cluster in a temporary folder, on a socket only we know, stopped at the end."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSIONS = Path("/usr/lib/postgresql")


def program(name: str) -> str:
    """The newest of Debian's PostgreSQL programs of this name; "" where none is installed."""
    found = sorted(VERSIONS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else ""


def _as_postgres(*argv: str) -> None:
    """PostgreSQL refuses to run as root."""
    drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    subprocess.run([*drop, *argv], check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def cluster(settings: str = "-c fsync=off") -> Iterator[str]:
    """The URL of a running cluster; the name of a database goes into its `{name}`. Tests need not survive a power cut;
    who measures passes no `settings`."""
    folder = Path(tempfile.mkdtemp(prefix="pa-pg-", dir="/tmp"))  # a socket's path may have 107 characters
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    data = str(folder / "data")
    try:
        _as_postgres(program("initdb"), "-D", data, "-U", "tester", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} {settings}"
        _as_postgres(program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://tester@/{{name}}?host={folder}"
        finally:
            _as_postgres(program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
