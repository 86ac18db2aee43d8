"""Alembic runs this for every migration: over the connection it was given, one transaction for all steps."""

from alembic import context

from perfadvisor.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
