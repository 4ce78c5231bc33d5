"""Ids in SQL databases that hold texts: the settings (comments, saved views), Dagster's runs and logs.

Belongs here: replacing them row by row, and making the database forget what it replaced. Does not belong here: which databases there are.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, ColumnElement, Engine, MetaData, String, Table, or_, select, text, update

from ca_assets.erasure.texts import Texts, forms

LEFT_ALONE = {"users", "alembic_version", "api_tokens", "erased_customers"}  # people who log in, and what says nothing of customers

PEOPLE = {"owner", "author", "actor", "user", "user_name"}  # columns that name people who log in, who may be called as a customer is


def erase_database(engine: Engine, texts: Texts, left_alone: Collection[str] = LEFT_ALONE) -> int:
    """Replace ids in all texts of all tables; returns the number of rows changed."""
    metadata, count = MetaData(), 0
    metadata.reflect(engine)
    for table in metadata.sorted_tables:
        columns = [column for column in _text_columns(table) if not column.primary_key]
        if columns and table.name not in left_alone and list(table.primary_key):
            count += _erase_rows(engine, table, columns, texts)
    _forget(engine)
    return count


def texts_left(engine: Engine, texts: Texts, left_alone: Collection[str] = ("users",)) -> list[str]:
    """`table.column` of all places that still have an id."""
    metadata, left = MetaData(), []
    metadata.reflect(engine)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for column in _text_columns(table) if table.name not in left_alone else ():
                values = connection.execute(select(column).where(_holds(column, texts))).scalars()
                if any(isinstance(value, str) and texts.is_in(value) for value in values):
                    left.append(f"{table.name}.{column.name}")
    return left


def _text_columns(table: Table) -> list[Column[str]]:
    return [column for column in table.columns if isinstance(column.type, String) and column.name not in PEOPLE]


def _erase_rows(engine: Engine, table: Table, columns: list[Column[str]], texts: Texts) -> int:
    keys = list(table.primary_key)
    with engine.begin() as connection:
        found = connection.execute(select(*keys, *columns).where(or_(*(_holds(column, texts) for column in columns)))).all()
        changed = 0
        for row in found:
            values = row._mapping
            new = {column.name: texts.value(values[column.name]) for column in columns}
            if all(new[column.name] == values[column.name] for column in columns):
                continue
            connection.execute(update(table).where(*(key == values[key.name] for key in keys)).values(**new))
            changed += 1
    return changed


def _holds(column: Column[str], texts: Texts) -> ColumnElement[bool]:
    return or_(*(column.contains(form, autoescape=True) for client in texts.pseudonyms for form in forms(client)))


def _forget(engine: Engine) -> None:
    """Without this the replaced bytes stay in the database's free pages."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM FULL" if engine.dialect.name == "postgresql" else "VACUUM"))
        if engine.dialect.name == "sqlite":
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
