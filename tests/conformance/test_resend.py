"""What Kafka removed comes back from its writer's journal, and nobody takes it for news twice."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts import partner
from shared.contracts.event import EventData
from shared.i18n import LANGUAGES, Catalogue
from shared.messaging import backlog, inbox, journal, outbox, resend
from shared.messaging.resend import MARGIN, REACH, RefusedError, Resender, Resent, Wanted
from shared.messaging.topics import SEGMENT_MS, STAGE_TOPICS, Topic, catalogue, partner_topics
from shared.runtime.clock import now
from shared.service.schema_examples import example_of
from tests.conformance.events import Stated, Told
from tests.conformance.relaying import published, running
from tests.conformance.stage import Bench, by, envelope, eventually
from tests.conformance.test_alarms import Logs, logs, said, watch
from tests.conformance.test_consuming import _all_have, _has, _one_of_each_partition
from tests.conformance.test_gaps import _gaps, _remove

__all__ = ["logs"]

REFERRALS, _, REFUSALS = partner_topics("nafin")


@pytest.fixture
def resender(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resender]:
    """Of the stage under test, whose topics are in no catalogue."""

    def written(service: str, name: str) -> Topic:
        return Topic(name, service, ("portal",), (Told,), partitions=3)

    with monkeypatch.context() as patched:
        patched.setattr(resend, "written", written)
        yield Resender(bench.database, "portal")


def wanted(topic: str, **more: object) -> Wanted:
    return Wanted.model_validate({"topic": topic, "reason": "gap 1"} | more)


async def test_what_was_removed_while_the_stage_was_down_takes_effect_once(
    bench: Bench, topic: str, resender: Resender, logs: Logs
) -> None:
    keys, group = _one_of_each_partition(), f"g-{secrets.token_hex(6)}"
    async with running(bench.relay()):
        await _decide(bench, topic, keys, 0)
        async with bench.subscriber(topic, group):
            await eventually(lambda: _all_have(bench, keys, 0))
        await _decide(bench, topic, keys, 1, 2, 3)
        await _remove(bench, topic)
        await _decide(bench, topic, keys, 4)
        async with bench.subscriber(topic, group):
            await eventually(lambda: _all_have(bench, keys, 0, 4))
            gaps = await _gaps(bench)
            assert [gap.records for gap in gaps] == [3, 3, 3]
            for gap in gaps:
                asked = wanted(topic, partition=gap.partition, until=gap.seen_at)
                assert (await resender.resend(asked, by("ana"))).events == 5
            await eventually(lambda: _all_have(bench, keys, 0, 4, 1, 2, 3))
            await watch(bench).look()
            assert (await resender.resend(wanted(topic), by("ana"))).events == 15
            await _decide(bench, topic, keys, 5)
            await eventually(lambda: _all_have(bench, keys, 0, 4, 1, 2, 3, 5))
    async with bench.database.connection() as connection:
        rows = await connection.fetch("SELECT events, by, reason FROM resend ORDER BY id")
    assert [tuple(row) for row in rows] == [*3 * [(5, "ana", "gap 1")], (15, "ana", "gap 1")]
    assert said(logs) == [("alarm_raised", "records_missed")], "what is old from the start makes no outbox old"


async def test_an_event_that_a_later_one_superseded_does_not_turn_the_state_back(
    bench: Bench, topic: str, resender: Resender
) -> None:
    changed, quiet, group = uuid4(), uuid4(), f"g-{secrets.token_hex(6)}"
    async with running(bench.relay()):
        for key in (changed, quiet):
            await bench.write_down(Stated(on=topic, account=key, number=1), Told(on=topic, account=key, number=7))
        await eventually(lambda: published(bench))
        await _remove(bench, topic)
        await bench.write_down(Stated(on=topic, account=changed, number=2))
        async with bench.subscriber(topic, group):
            await eventually(lambda: _has(bench, changed, 2))
            until = now() - timedelta(microseconds=1)
            done = await resender.resend(wanted(topic, until=until), by("ana"))
            assert (done.events, done.superseded) == (4, 1)
            await eventually(lambda: _has(bench, changed, 2, 7))
            await eventually(lambda: _has(bench, quiet, 1, 7))


async def test_it_goes_page_by_page_in_the_order_of_each_key(
    bench: Bench, topic: str, resender: Resender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resend, "AT_ONCE", 2)
    first, second = uuid4(), uuid4()
    told = [Told(on=topic, account=key, number=number) for number in range(3) for key in (first, second)]
    await bench.write_down(*told)
    async with bench.database.connection() as connection:
        await connection.execute("DELETE FROM outbox")
    for dry_run in (True, False):
        pages: list[Resent] = []
        asked = wanted(topic, dry_run=dry_run)
        while not pages or pages[-1].next:
            pages.append(await resender.resend(asked, by("ana")))
            asked = asked.model_copy(
                update=pages[-1].model_dump(include={"since", "until"}) | {"after": pages[-1].next}
            )
        assert [page.events for page in pages] == [2, 2, 2, 0]
        assert await bench.count("outbox") == (0 if dry_run else 6)
        assert await bench.count("resend") == (0 if dry_run else 4)
    await resender.resend(wanted(topic, key=str(first)), by("ana"))
    async with running(bench.relay()):
        await eventually(lambda: published(bench))
    for key in (first, second):
        assert [event.number for event in await bench.told_on(topic) if event.account == key] == [0, 1, 2]


def test_an_inbox_remembers_for_longer_than_what_is_resent_can_lie_on_its_topic() -> None:
    longest = max(topic.retention_ms for topic in catalogue(["any"])) + SEGMENT_MS
    assert timedelta(milliseconds=longest) < REACH, "what Kafka removed can be resent"
    assert REACH + timedelta(milliseconds=longest) + timedelta(days=1) < inbox.KEPT


async def test_what_an_inbox_may_have_forgotten_is_refused(bench: Bench, topic: str, resender: Resender) -> None:
    async with bench.database.connection() as connection:
        for age in (REACH + timedelta(minutes=1), REACH - 2 * MARGIN):
            [event] = [envelope(Told(on=topic, account=uuid4(), number=1))]
            await journal.append(connection, [event])
            await connection.execute("UPDATE journal SET recorded_at = $1 WHERE event_id = $2", now() - age, event.id)
        await connection.execute("DELETE FROM outbox")
    with pytest.raises(RefusedError) as refused:
        await resender.resend(wanted(topic, since=now() - REACH - timedelta(seconds=1)), by("ana"))
    assert refused.value.code == "resend_too_old"
    assert (await resender.resend(wanted(topic), by("ana"))).events == 1, "what is younger"
    async with bench.database.connection() as connection:
        found = await backlog.look(connection)
    assert (found.outbox, found.outbox_age_s < MARGIN.total_seconds()) == (1, True), "old from the start: no alarm"


async def test_a_partner_gets_again_what_stands_and_never_what_was_taken_back(bench: Bench) -> None:
    supplier, (stands, withdrawn, erased) = uuid4(), (uuid4(), uuid4(), uuid4())
    await bench.write_down(*(referral(supplier, id_) for id_ in (stands, withdrawn, erased)))
    taken_back = partner.ReferralWithdrawn(
        referral_id=withdrawn, supplier_id=supplier, partner="nafin", withdrawn_at=now()
    )
    await bench.write_down(taken_back)
    resender = Resender(bench.database, "financing")
    async with bench.database.connection() as connection:
        await journal.redact(connection, [supplier], partner.Referral.TYPE, "referral_id", [str(erased)], ["identity"])
        await connection.execute("DELETE FROM outbox")
        with pytest.raises(RefusedError) as refused:
            await resender.resend(wanted(REFERRALS.name), by("ana"))
        assert refused.value.code == "resend_to_partner"
        done = await resender.resend(wanted(REFERRALS.name, partner=True), by("ana"))
        assert (done.events, done.superseded, done.withheld) == (2, 1, 1)
        sent = await outbox.unpublished(connection, 10, 1_000_000)
    assert [(str(stands).encode() in entry.body, str(withdrawn).encode() in entry.body) for entry in sent] == [
        (True, False),
        (False, True),
    ]
    assert b"withdrawn" in sent[1].body


@pytest.mark.parametrize(("service", "name"), [("matching", REFERRALS.name), ("financing", "partner.x.answers.v1")])
async def test_a_stage_resends_only_what_it_wrote(bench: Bench, service: str, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await Resender(bench.database, service).resend(wanted(name, partner=True), by("ana"))  # type: ignore[arg-type]
    assert refused.value.code == "resend_topic_unknown"


@pytest.mark.parametrize("event", [event for topic in (*STAGE_TOPICS, REFERRALS, REFUSALS) for event in topic.events])
def test_every_event_says_what_it_is_about(event: type[EventData]) -> None:
    """An event that stands for itself is resent behind newer ones: whoever adds one has thought of it."""
    word, *fields = event.ABOUT
    assert word
    assert set(fields) <= event.model_fields.keys()


async def _decide(bench: Bench, topic: str, keys: list[UUID], *numbers: int) -> None:
    await bench.write_down(*(Told(on=topic, account=key, number=number) for number in numbers for key in keys))
    await eventually(lambda: published(bench))


def referral(supplier: UUID, id_: UUID) -> partner.Referral:
    schema = partner.Referral.model_json_schema()
    made = example_of(schema, schema["$defs"])
    return partner.Referral.model_validate(made | {"supplier_id": supplier, "referral_id": id_, "partner": "nafin"})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"partition": 3}, "partition_unknown"),
        ({"until": timedelta(days=-200)}, "resend_too_old"),
        ({"since": timedelta(hours=1)}, "resend_no_time"),
        ({"since": timedelta(hours=-1), "until": timedelta(hours=-2)}, "resend_no_time"),
    ],
)
async def test_what_can_have_no_event_is_refused_with_what_to_do(
    topic: str, resender: Resender, given: dict[str, Any], code: str
) -> None:
    asked = {name: now() + value if isinstance(value, timedelta) else value for name, value in given.items()}
    with pytest.raises(RefusedError) as refused:
        await resender.resend(wanted(topic, **asked), by("ana"))
    assert refused.value.code == code
    for language in LANGUAGES:
        assert Catalogue("shared.service").text(code, language, **refused.value.params) != code
