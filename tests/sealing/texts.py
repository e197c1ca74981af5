"""Every text that is kept: columns of each service's store, the fields within their JSON, and fields of events."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import asyncpg
from pydantic import BaseModel

from services.financing.store.projected import Projected
from shared.attachments.names import Named
from shared.messaging.repository import TableRepository
from shared.messaging.topics import EVENT_TYPES
from shared.sealing.rows import SealedRows

_COLUMNS = """
    SELECT relname AS table_name, attname AS column_name FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid JOIN pg_type ON pg_type.oid = atttypid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND attnum > 0 AND NOT attisdropped
        AND (typname IN ('text', 'varchar', 'json', 'jsonb', 'bytea') OR typcategory = 'A')
"""


async def of_store(service: str, url: str) -> set[str]:
    """`table.column`, or `Type.field` of what a JSON column holds, without what is sealed."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(_COLUMNS)
    finally:
        await connection.close()
    tables = [each for each in _kept_by(service) if isinstance(each, TableRepository)]
    hints = {f"{_name(each)}.{column}": hint for each in tables for column, hint in _hints(each).items()}
    sealed = {(f"{each.table}.{part.column}", part.item) for each in _sealed(service) for part in each.parts}
    found = set[str]()
    for row in rows:
        column = f"{row['table_name']}.{row['column_name']}"
        if (column, None) not in sealed:
            without = frozenset(item for sealed_column, item in sealed if sealed_column == column)
            found |= set(_leaves(hints.get(column, str), column, set(), without))
    return found


def of_events() -> set[str]:
    """`Type.field` of each event, without what is sealed of it in journals."""
    found = set[str]()
    for event in EVENT_TYPES.values():
        if not event.__module__.startswith("shared.contracts."):
            continue  # a test's own
        hints = get_type_hints(event, include_extras=True)
        for name in event.model_fields.keys() - set(event.PERSONAL):
            found |= set(_leaves(hints[name], f"{event.__name__}.{name}", set()))
    return found


def _kept_by(service: str) -> Iterator[Any]:
    """What the modules of a store have, and what that has within itself."""
    package = importlib.import_module(f"services.{service}.store")
    names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    for module in (package, *map(importlib.import_module, names)):
        for value in vars(module).values():
            yield from _within(value)


def _within(value: Any, deep: int = 3) -> Iterator[Any]:
    yield value
    if deep and type(value).__module__.startswith("services."):
        for each in getattr(value, "__dict__", {}).values():
            yield from _within(each, deep - 1)


def _name(table: TableRepository[Any]) -> str:
    return table._own_key.removesuffix("_pkey")


def _hints(table: TableRepository[Any]) -> dict[str, Any]:
    """By column of JSON, what it holds."""
    hints = get_type_hints(table._aggregate, include_extras=True)
    return {column: hints[column] for column in table._json}


def _sealed(service: str) -> Iterator[SealedRows]:
    for each in _kept_by(service):
        sealed = each._sealed if isinstance(each, TableRepository | Projected) else each
        if isinstance(sealed, SealedRows) and not isinstance(sealed, Named):
            yield sealed


def _leaves(hint: Any, owner: str, seen: set[Any], without: frozenset[str | None] = frozenset()) -> Iterator[str]:
    origin = get_origin(hint)
    if origin is Annotated:
        yield from _leaves(get_args(hint)[0], owner, seen, without)
    elif origin is not Literal and origin is not None:
        for each in get_args(hint):
            yield from _leaves(each, owner, seen, without)
    elif hint in (str, Any, object):
        yield owner
    elif isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, BaseModel)) and hint not in seen:
        seen.add(hint)
        hints = get_type_hints(hint, include_extras=True)
        names = [each.name for each in fields(hint)] if is_dataclass(hint) else list(hint.model_fields)
        for name in set(names) - without:
            yield from _leaves(hints[name], f"{hint.__name__}.{name}", seen, without)
