"""Rows of which no event tells, and that people answer for by law: a restored store has them from the one before."""

from __future__ import annotations

from typing import Final

from deploy.local.client import LocalClient

CARRIED: Final = {"registration": ("arco_request",)}
"""Tables by service; each has an `id`."""

_COLUMNS = """
SELECT quote_ident(column_name) FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position
"""
_ROWS = "COPY (SELECT {columns} FROM {table}) TO STDOUT"
_CARRY = """
CREATE TEMPORARY TABLE brought AS SELECT * FROM {table} WITH NO DATA;
COPY brought ({columns}) FROM STDIN;
{rows}\\.
SELECT count(*) FROM (SELECT {columns} FROM brought EXCEPT SELECT {columns} FROM {table}) AS new;
INSERT INTO {table} ({columns}) SELECT {columns} FROM brought
ON CONFLICT (id) DO UPDATE SET ({columns}) = ROW({excluded});
"""


def carry(client: LocalClient, service: str) -> int:
    """Bring what was loaded and migrated these rows as the service's own store has them. Returns how many of them are
    new in it, or otherwise than it had them. The service must be down. Raises ``PostgresError``.
    """
    return sum(_carry(client, service, table) for table in CARRIED.get(service, ()))


def _carry(client: LocalClient, service: str, table: str) -> int:
    named = client.postgres.execute(_COLUMNS.format(table=table), service).split()
    if not named:
        return 0  # a store of before there were any
    columns, excluded = ", ".join(named), ", ".join(f"excluded.{name}" for name in named)
    rows = client.postgres.execute(_ROWS.format(columns=columns, table=table), service)
    script = _CARRY.format(table=table, columns=columns, excluded=excluded, rows=rows)
    return int(client.postgres.execute(script, f"{service}_restored"))
