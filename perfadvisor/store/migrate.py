"""Bring a database to the newest schema, in one transaction: a kill in the middle leaves it as it was."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from perfadvisor.errors import InputError

NEWEST = "0005"
_LOCK = 0x70657266  # any fixed number: "perf" in ASCII


def upgrade(connection: Connection, name: str) -> None:
    """Run the missing steps inside the connection's transaction. InputError where the database is from a newer
    perfadvisor, or holds our tables without saying which schema they have."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = version(connection)
    if found == NEWEST:
        return
    if found is None and "points" in inspect(connection).get_table_names():
        raise InputError(f"{name}: has tables of a history but no schema version", "restore it from a backup")
    if found is not None and found > NEWEST:
        raise InputError(f"{name}: made by a newer perfadvisor (schema {found})", "update perfadvisor")
    _run(connection)


def version(connection: Connection) -> str | None:
    """The schema's version; None for a database that is not ours or empty."""
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return str(row[0]) if row else None


def require_newest(connection: Connection, name: str) -> None:
    """InputError where reading needs a migration first."""
    found = version(connection)
    if found is None:
        raise InputError(f"{name}: holds no history yet", "fill it with `perfadvisor history ingest`")
    if found > NEWEST:
        raise InputError(f"{name}: made by a newer perfadvisor (schema {found})", "update perfadvisor")
    if found != NEWEST:
        raise InputError(f"{name}: has the older schema {found}", "`perfadvisor history ingest` brings it up to date")


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
