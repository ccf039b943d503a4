"""Alembic's environment: runs on the connection that migrating.py or the command line gives it."""

from typing import Literal

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

import support.customers.models
import support.desk.models
import support.gateway.models
import support.ledger.models  # noqa: F401
from support.database import Base, UtcDateTime


def render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations name plain types only, so that they outlive the classes of today."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=render)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "sqlite://")
    with engine.connect() as connection:
        run(connection)
