"""When a referral went to its partner, and encrypted to which of its keys, can be shown later: each time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.financing.store.erasure import forget_late
from services.financing.store.sendings import KEEP, keep_sendings
from shared.contracts.partner import Referral
from shared.messaging.codec import Record
from shared.messaging.outbox import Sending
from shared.messaging.resend import Resender, Wanted
from shared.messaging.topics import partner_topics
from shared.runtime.clock import now
from shared.runtime.database import Connection
from shared.service import housekeeping
from shared.service.callers import Role
from tests.conformance.stage import by, eventually
from tests.financing.calls import ok
from tests.financing.given import SUPPLIER
from tests.financing.test_partners_encrypted import OWN, TOPICS, Exchange, exchange, jwk, key_of, referred
from tests.financing.test_trials import begun

__all__ = ["exchange"]


async def sendings(exchange: Exchange, role: Role = Role.OPERATOR) -> list[dict[str, Any]]:
    case = await ok(exchange.stage, "GET", f"/cases/{SUPPLIER}", role=role)
    found: list[dict[str, Any]] = case["sendings"]
    return found


async def sent_again(exchange: Exchange) -> None:
    wanted = Wanted(topic=TOPICS[OWN].name, reason="rotated", partner=True)
    await Resender(exchange.stage.database, "financing").resend(wanted, by("ana"))


async def test_each_time_it_went_is_kept_with_the_key_of_then(exchange: Exchange) -> None:
    await exchange.put(encrypt_to=jwk("2026"))
    referral = await referred(exchange.stage)
    assert await sendings(exchange) == [], "it waits to be published"
    await exchange.published()
    await exchange.put(encrypt_to=jwk("2027"))
    await sent_again(exchange)
    records = await exchange.published()
    first, again = await sendings(exchange, Role.SUPPLIER)
    assert [first["key_id"], again["key_id"]] == [*map(key_of, records)] == ["2026", "2027"]
    assert first["event_id"] == again["event_id"]
    assert first["sent_at"] < again["sent_at"]
    assert {each["referral_id"] for each in (first, again)} == {referral["id"]}
    await ok(exchange.stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    await exchange.published()
    assert await sendings(exchange) == [first, again], "what has nothing personal is no sending, and a proof stays"


async def test_what_went_in_clear_is_kept_as_such_and_a_test_is_no_firms(exchange: Exchange) -> None:
    await exchange.put()
    await referred(exchange.stage)
    trial = await begun(exchange.stage, OWN)
    await exchange.published()
    [sent] = await sendings(exchange)
    assert (sent["partner"], sent["key_id"]) == (OWN, None)
    rows = await exchange.stage.rows("SELECT referral_id FROM sending WHERE referral_id <> $1", sent["referral_id"])
    assert [str(row["referral_id"]) for row in rows] == [trial["id"]]


async def test_nothing_leaves_the_outbox_that_was_not_kept(exchange: Exchange) -> None:
    """The store breaks off behind Kafka's acknowledgement: it goes again, and what was sent twice is kept as it was."""
    await exchange.put(encrypt_to=jwk("2026"))
    await referred(exchange.stage)
    failures = 0

    async def breaks_off_once(connection: Connection, sent: Sequence[Sending], at: datetime) -> None:
        nonlocal failures
        failures += 1
        if failures == 1:
            raise ConnectionResetError
        await keep_sendings(connection, sent, at)

    async with exchange.relay(breaks_off_once):
        await eventually(exchange.is_empty)
    assert [*map(key_of, await exchange.sent(OWN))] == ["2026", "2026"]
    assert [each["key_id"] for each in await sendings(exchange)] == ["2026"]


async def test_the_same_round_told_again_changes_nothing(exchange: Exchange) -> None:
    await exchange.put(encrypt_to=jwk("2026"))
    await referred(exchange.stage)

    async def told_again(connection: Connection, sent: Sequence[Sending], at: datetime) -> None:
        for _ in range(2):
            await keep_sendings(connection, sent, at)

    async with exchange.relay(told_again):
        await eventually(exchange.is_empty)
    assert len(await sendings(exchange)) == 1


async def test_what_a_partner_wrote_in_vain_is_found_by_the_event_that_it_names(exchange: Exchange) -> None:
    """Seen: an answer that names the event that it answers, and no id of the referral, was in no file, and stayed."""
    stage = exchange.stage
    await exchange.put()
    referral = await referred(stage)
    await exchange.published()
    [sent] = await sendings(exchange)
    wrote = f'{{"in_reply_to": "{sent["event_id"]}", "note": "falta el acta"}}'
    answers = partner_topics(OWN).answers.name
    await stage._runner.consume([Record(answers, 0, 1, b"NAF-1", wrote.encode())])
    [told] = (await ok(stage, "GET", f"/cases/{SUPPLIER}/refusals"))["items"]
    assert (told["referral_id"], told["said"]) == (referral["id"], wrote)
    held = "SELECT FROM dead_letter WHERE value IS NOT NULL"
    await ok(stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    assert await stage.rows(held) == []
    await stage._runner.consume([Record(answers, 0, 2, b"NAF-1", wrote.encode())])
    assert len(await stage.rows(held)) == 1, "it came behind the erasure"
    await housekeeping.forget(stage.database, own=forget_late)
    assert await stage.rows(held) == []


async def test_what_is_kept_is_found_in_the_journal_by_an_index(exchange: Exchange) -> None:
    """However long the journal is, a round of referrals reads its own lines."""
    await exchange.stage.rows("""
        INSERT INTO journal (event_id, topic, key, type, body)
        SELECT gen_random_uuid(), 'partner.own.referrals.v1', gen_random_uuid(), 'partner.referral', ''
        FROM generate_series(1, 20000)
    """)
    await exchange.stage.rows("ANALYZE journal")
    given = [1], [SUPPLIER], [OWN], [None], now(), Referral.TYPE
    plan = "\n".join(row["QUERY PLAN"] for row in await exchange.stage.rows(f"EXPLAIN {KEEP}", *given))
    lines = plan.count("on journal_")
    assert 0 < lines == plan.count("Index Cond: ((key = given.key) AND (id = given.id))"), plan
