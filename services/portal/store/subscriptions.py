"""Who asked for news, with what the portal shows of what they asked for; and whom events wake."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from services.portal.domain.firm import Firm
from services.portal.domain.news import GATHERS, PATIENCE, PROGRAM, Queue
from services.portal.domain.subscription import Leaving, Reader, Subscription, ended
from services.portal.store import messages
from services.portal.store.firms import firms
from services.portal.store.tables import SubscriptionRow
from shared.four_eyes import mark_of
from shared.messaging.repository import TableRepository, lock
from shared.messaging.timers import wake
from shared.runtime.clock import now
from shared.runtime.database import Connection
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Name
from shared.sealing.rows import Part, SealedRows
from shared.service.erasures import EraseAgain

_FIRMS = "SELECT * FROM firm WHERE id = ANY($1::uuid[])"
_WAITING = """
    SELECT 'assessments' AS kind, count(*) FILTER (WHERE waits_assessment <= $1) AS waiting,
        min(waits_assessment) AS oldest FROM firm WHERE waits_assessment IS NOT NULL
    UNION ALL SELECT 'validations', count(*) FILTER (WHERE waits_validation <= $1), min(waits_validation)
        FROM firm WHERE waits_validation IS NOT NULL
    UNION ALL SELECT 'plans', count(*) FILTER (WHERE waits_plan <= $1), min(waits_plan)
        FROM firm WHERE waits_plan IS NOT NULL
"""
_OF_PROGRAM = frozenset({"assessments", "validations", "plans"})
_CANDIDATES = """
    SELECT anchor_id, count(*) FILTER (WHERE found_at <= $2) AS waiting, min(found_at) AS oldest FROM candidate
    WHERE anchor_id = ANY($1::uuid[]) AND introduced AND standing = 'found' GROUP BY anchor_id
"""
_OF_FIRMS = "SELECT id, supplier_id FROM subscription WHERE supplier_id = ANY($1::uuid[]) AND status = 'active'"
_BEFORE = """
    SELECT id, subject, supplier_id, anchor_id, asked_at FROM subscription
    WHERE (supplier_id = ANY($1::uuid[]) OR anchor_id = ANY($1::uuid[])) AND status <> 'ended'
"""
_OF_ANCHORS = "SELECT id, anchor_id FROM subscription WHERE anchor_id = ANY($1::uuid[]) AND status = 'active'"
_OF_QUEUES = "SELECT id FROM subscription WHERE kinds ?| $1::text[] AND status = 'active'"
_ONE = "SELECT * FROM subscription WHERE id = $1"
_ALL = "SELECT id, email, name FROM subscription WHERE email IS NOT NULL"
_IN_CLEAR = """
    SELECT id FROM subscription WHERE email IS NOT NULL AND left(email, 7) <> 'sealed:' ORDER BY id LIMIT 500 FOR UPDATE
"""
_COUNTS = """
    SELECT kind, sum(asked)::bigint, sum(told)::bigint, sum(waiting)::bigint FROM (
        SELECT kind, 1 AS asked, 0 AS told, 0 AS waiting FROM subscription, jsonb_object_keys(kinds) AS kind
            WHERE status = 'active'
        UNION ALL SELECT split_part(cause, ':', 1), 0, 1, 0 FROM subscription, jsonb_object_keys(told) AS cause
        UNION ALL SELECT split_part(cause, ':', 1), 0, 0, 1
            FROM subscription, jsonb_array_elements_text(letter -> 'causes') AS cause
    ) AS found GROUP BY kind
"""
_FORGET = "DELETE FROM subscription WHERE status = 'ended'"

MAILS_WAITING = """
    SELECT 'confirmation' AS kind, count(*) FROM timer JOIN subscription ON subscription.id = aggregate_id
        WHERE timer.kind = 'news_confirmation_mail' AND asked_at < now() - interval '1 minute'
    UNION ALL SELECT 'news', count(*) FROM timer JOIN subscription ON subscription.id = aggregate_id
        WHERE timer.kind = 'news_mail' AND (letter ->> 'begun_at')::timestamptz < now() - interval '1 minute'
"""
"""Those that were not taken within a minute."""


class Counted(NamedTuple):
    """Of one kind of news."""

    asked: int = 0
    """How many asked for it."""
    told: int = 0
    """Pieces of it that they were told."""
    waiting: int = 0
    """Pieces in mails that no server took yet."""


_SEALED = SealedRows("subscription", Part("email", text=True), Part("name", text=True))
_rows = TableRepository(SubscriptionRow, Subscription, sealed=_SEALED)


class Readers:
    """Those who asked for news: what is stored of each, and beside it what is read with it."""

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Reader]:
        found = await _rows.load_many(connection, ids)
        firm_of = await _firms(connection, {each.supplier_id for each in found.values()} - {None})
        asked_of = await _candidates(connection, {each.anchor_id for each in found.values()} - {None})
        kinds = {kind for each in found.values() for kind in each.kinds}
        queues = await _queues(connection, kinds)
        told = await messages.sent(connection) if PROGRAM.name in kinds else ()
        return {
            id_: Reader(each, firm_of.get(each.supplier_id), queues | asked_of.get(each.anchor_id, {}), told)
            for id_, each in found.items()
        }

    async def save_many(self, connection: Connection, new: Sequence[Reader], changed: Sequence[Reader]) -> None:
        stored = [each.subscription for each in new], [each.subscription for each in changed]
        await keys.destroy(connection, [Name(each.id, each.id) for each in stored[1] if each.email is None])
        await _rows.save_many(connection, *stored)


readers = Readers()


async def _lock(connection: Connection, names: Collection[Name]) -> None:
    await lock(connection, SubscriptionRow, {name.person for name in names})


async def _take_out(connection: Connection, names: Collection[Name]) -> int:
    """End those of whom these were erased."""
    known = await _rows.load_many(connection, sorted({name.person for name in names}))
    gone = [ended(each) for each in known.values() if each.status != "ended"]
    await _rows.save_many(connection, (), gone)
    return len(gone)


erase_again = EraseAgain(_lock, _take_out)


async def subscription(connection: Connection, id_: UUID) -> Subscription | None:
    """One, as it is."""
    return next(iter(await _rows.all_of(connection, await connection.fetch(_ONE, id_))), None)


async def ids_at(connection: Connection, email: str) -> list[UUID]:
    """Those of this address, in either case. All are opened for it: they are few, and it is asked seldom."""
    rows = await _SEALED.open(connection, await connection.fetch(_ALL))
    return [row["id"] for row in rows if (row["email"] or "").lower() == email.lower()]


async def seal_older(connection: Connection) -> None:
    """Seal address and name of whoever asked before they were sealed."""
    while seals():
        async with connection.transaction():
            ids = [row["id"] for row in await connection.fetch(_IN_CLEAR)]
            await _rows.save_many(connection, (), [*(await _rows.load_many(connection, ids)).values()])
        if not ids:
            return


async def forget(connection: Connection) -> None:
    """Those that ended."""
    await connection.execute(_FORGET)


async def wake_of_firms(connection: Connection, kind: str, told: Mapping[UUID, str]) -> None:
    """Whoever asked for news of these firms looks at them soon. Each with the correlation id of what tells of it."""
    if told:
        woken = {row["id"]: told[row["supplier_id"]] for row in await connection.fetch(_OF_FIRMS, [*told])}
        await wake(connection, kind, woken, now() + GATHERS, anew=True)


async def wake_of_people(connection: Connection, kind: str, left: Mapping[Leaving, str]) -> None:
    """Whoever left a firm or an anchor is decided at once, unless they came back and asked anew."""
    rows = await connection.fetch(_BEFORE, [each.office for each in left]) if left else []
    woken = {
        row["id"]: by
        for leaving, by in left.items()
        for row in rows
        if leaving.office in (row["supplier_id"], row["anchor_id"])
        and row["asked_at"] < leaving.at
        and leaving.person in (None, mark_of(leaving.office, row["subject"]))
    }
    await wake(connection, kind, woken, now(), anew=True)


async def wake_of_queues(
    connection: Connection, kind: str, anchors: Mapping[UUID, str], queues: Mapping[str, str]
) -> None:
    """Whoever has one of these queues, or buys for one of these anchors, looks at it once what came waits too long."""
    woken: dict[UUID, str] = {}
    if anchors:
        woken = {row["id"]: anchors[row["anchor_id"]] for row in await connection.fetch(_OF_ANCHORS, [*anchors])}
    for queue, correlation_id in queues.items():
        woken |= {row["id"]: correlation_id for row in await connection.fetch(_OF_QUEUES, [queue])}
    await wake(connection, kind, woken, now() + PATIENCE, anew=False)


async def wake_of_program(connection: Connection, kind: str, correlation_id: str) -> None:
    """Whoever asked for news of the program looks at once."""
    rows = await connection.fetch(_OF_QUEUES, [PROGRAM.name])
    await wake(connection, kind, dict.fromkeys((row["id"] for row in rows), correlation_id), now(), anew=False)


async def counts(connection: Connection) -> dict[str, Counted]:
    """By kind of news, of whoever is told some now."""
    return {kind: Counted(*counted) for kind, *counted in await connection.fetch(_COUNTS)}


async def _firms(connection: Connection, ids: Collection[UUID | None]) -> dict[UUID | None, Firm]:
    rows = await connection.fetch(_FIRMS, [*ids]) if ids else []
    return {row["id"]: firms.of(row) for row in rows}


async def _candidates(connection: Connection, anchors: Collection[UUID | None]) -> dict[UUID | None, dict[str, Queue]]:
    rows = await connection.fetch(_CANDIDATES, [*anchors], now() - PATIENCE) if anchors else []
    return {row["anchor_id"]: {"candidates": Queue(row["waiting"], row["oldest"])} for row in rows}


async def _queues(connection: Connection, kinds: Collection[str]) -> dict[str, Queue]:
    rows = await connection.fetch(_WAITING, now() - PATIENCE) if _OF_PROGRAM & {*kinds} else []
    return {row["kind"]: Queue(row["waiting"], row["oldest"]) for row in rows}
