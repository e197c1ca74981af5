"""What no event tells of: nothing brings it back, so a restored store has it from the one before, or it is named."""

from __future__ import annotations

from typing import Final, NamedTuple

from deploy.local.client import LocalClient
from deploy.provision.partners import FIRST

ALL: Final = "true"
CARRIED: Final[dict[str, dict[str, str]]] = {
    # Invitations are made anew: what ends them is a timer of the store before.
    "registration": {"arco_request": ALL, "person": "status <> 'invited'", "attachment": ALL},
    "diagnosis": {"attachment": ALL},
    "development": {"attachment": ALL},
    "financing": {"partner": ALL, "offer": ALL, "sending": ALL},
}
"""Tables by service, and which of their rows; each has an `id`."""

UNTOLD: Final[dict[str, tuple[str, ...]]] = {
    "registration": ("claim", "person", "prospect", "prospect_area", "screening_entry", "screening_list", "twins"),
    "matching": ("meeting_day", "requirement"),
    "diagnosis": ("diagnosis", "publication"),
    "development": ("appeal", "candidate", "cohort", "past_override"),
    "financing": (),
    "portal": ("message", "subscription"),
}
"""Tables that have something else of which no event tells: as in the backup. `restore.untold.SERVICE` says what."""

_COLUMNS = """
SELECT quote_ident(column_name) FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position
"""
_ROWS = "COPY (SELECT {columns} FROM {table} WHERE {which}) TO STDOUT"
# First all that are there are gone: of those that may be there once, another one may be it by now.
_CARRY = """
BEGIN;
CREATE TEMPORARY TABLE brought ON COMMIT DROP AS SELECT * FROM {table} WITH NO DATA;
COPY brought ({columns}) FROM STDIN;
{rows}\\.
SELECT count(*) FROM (SELECT {columns} FROM brought EXCEPT SELECT {columns} FROM {table}) AS new;
DELETE FROM {table} USING brought WHERE {table}.id = brought.id;
INSERT INTO {table} ({columns}) SELECT {columns} FROM brought;
COMMIT;
"""
_SWEEP = """
INSERT INTO sweep (id, kind, args, requested_at, correlation_id)
VALUES (gen_random_uuid(), '{kind}', '{{}}', now(), gen_random_uuid()::text)
"""
JUDGED_AGAIN: Final = {"financing": "partner_changed"}
"""What was judged with partners and products as they were is judged again once the service runs."""


_PARTNERS = "SELECT code FROM partner WHERE active = {active} ORDER BY code"


class Partners(NamedTuple):
    """As a store of financing has them, with those of its catalogue of which it has no row: nobody changed them."""

    active: list[str]
    suspended: list[str]


def partners_of(client: LocalClient, store: str) -> Partners:
    """Raises ``PostgresError``."""
    active, suspended = (
        client.postgres.execute(_PARTNERS.format(active=each), store).split() for each in (True, False)
    )
    return Partners(sorted({*active, *FIRST} - {*suspended}), suspended)


def carry(client: LocalClient, service: str) -> int:
    """Bring what was loaded and migrated these rows as the service's own store has them. Returns how many of them are
    new in it, or otherwise than it had them. The service must be down. Raises ``PostgresError``.
    """
    count = sum(_carry(client, service, table, which) for table, which in CARRIED.get(service, {}).items())
    if count and service in JUDGED_AGAIN:
        ask_for_sweep(client, f"{service}_restored", JUDGED_AGAIN[service])
    return count


def ask_for_sweep(client: LocalClient, store: str, kind: str) -> None:
    """Have the service go through all that a kind of sweep is over, once it runs. Raises ``PostgresError``."""
    client.postgres.execute(_SWEEP.format(kind=kind), store)


def _carry(client: LocalClient, service: str, table: str, which: str) -> int:
    named = client.postgres.execute(_COLUMNS.format(table=table), service).split()
    if not named:
        return 0  # a store of before there were any
    columns = ", ".join(named)
    rows = client.postgres.execute(_ROWS.format(columns=columns, table=table, which=which), service)
    script = _CARRY.format(table=table, columns=columns, rows=rows)
    return int(client.postgres.execute(script, f"{service}_restored"))
