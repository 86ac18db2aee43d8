"""Open a history: one SQLite file, or PostgreSQL by URL; and say in one line what is wrong with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from perfadvisor.errors import InputError, PerfAdvisorError
from perfadvisor.extras import how_to_add
from perfadvisor.store import checked
from perfadvisor.store.migrate import require_newest, upgrade
from perfadvisor.store.place import default_place, note_on_earlier

WAIT_S = 30.0
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class Database:
    """One history; nothing stays open between transactions. `name` is safe to print: it holds no password."""

    def __init__(self, place: str, *, wait_s: float = WAIT_S) -> None:
        self._url = _url(place or str(default_place()))
        self._is_default = not place
        self._note = note_on_earlier(place)
        shown = self._url.set(drivername=self._url.get_backend_name())
        self.name = self._url.database or "" if self.is_file else shown.render_as_string(hide_password=True)
        self._engine = _engine(self._url, self.name, wait_s)

    @property
    def is_file(self) -> bool:
        """Whether it is a SQLite file."""
        return self._url.get_backend_name() == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction on the newest schema: all of it happens, or nothing."""
        if self._is_default:
            Path(self.name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _told(self.name), self._made(), self._engine.connect() as connection:
            connection = connection.execution_options(perfadvisor_writes=True)
            with connection.begin():
                checked.require_tables_alone(connection)
                upgrade(connection, self.name)
                yield connection

    @contextmanager
    def _made(self) -> Iterator[None]:
        """A new file is private to the user, SQLite gives its journal the same permissions; without a whole first
        transaction it goes again."""
        new = self.is_file and not Path(self.name).exists()
        if new:
            with suppress(OSError):  # SQLite says better what is wrong
                Path(self.name).touch(mode=0o600, exist_ok=False)
        try:
            yield
        except BaseException:
            if new and Path(self.name).is_file() and not Path(self.name).stat().st_size:
                Path(self.name).unlink()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view. InputError where there is no history."""
        if self.is_file and not Path(self.name).is_file():
            hint = "`perfadvisor history ingest` makes one; --db names another"
            raise InputError(f"{self.name}: no history here", self._note or hint)
        with _told(self.name), self._engine.connect() as connection, connection.begin():
            checked.require_tables_alone(connection)
            require_newest(connection, self.name)
            yield connection


def _url(place: str) -> URL:
    if "://" not in place:
        return URL.create("sqlite", database=place)
    try:
        url = make_url(place)
    except ArgumentError:
        raise InputError("--db is not a database URL", "give a file, or postgresql://USER@HOST/NAME") from None
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def _engine(url: URL, name: str, wait_s: float) -> Engine:
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise InputError(f"{name}: {backend} is not supported", "use a SQLite file or PostgreSQL")
    arguments = {"timeout": wait_s} if backend == "sqlite" else {"connect_timeout": int(wait_s)}
    try:
        engine = create_engine(url, connect_args=arguments, poolclass=NullPool)
    except (ImportError, NoSuchModuleError) as error:
        raise InputError(f"{name}: {error}", how_to_add("postgres")) from None
    if backend == "sqlite":
        event.listen(engine, "connect", _plain_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _plain_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Python's sqlite3 commits before DDL unless set to leave transactions alone; migrations need them whole."""
    connection.isolation_level = None
    checked.bound(connection)
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: taking it later fails without waiting where another one was faster."""
    writes = connection.get_execution_options().get("perfadvisor_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except checked.ForeignValueError as error:
        raise InputError(f"{name}: not as perfadvisor writes it: {error}", "restore it from a backup") from error
    except DBAPIError as error:
        raise _in_words(name, error) from error


def _in_words(name: str, error: DBAPIError) -> PerfAdvisorError:
    said = " ".join(str(error.orig).split())
    if "locked" in said:
        return InputError(f"{name}: locked by another writer for too long", "try again, or find who holds it")
    if "readonly" in said or "read-only" in said:
        return InputError(f"{name}: read-only", "check who owns the file, or what the role may do")
    if "not a database" in said or "malformed" in said:
        return InputError(f"{name}: not a SQLite database, or a damaged one", "restore it from a backup")
    if "unable to open" in said:
        return InputError(f"{name}: cannot be opened or created there", "check the directory")
    return InputError(f"{name}: {said[:300]}")
