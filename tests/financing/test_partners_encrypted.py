"""A partner's referrals are encrypted to its public key, on the topic as it is and whenever they are sent."""

import json
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from joserfc.jwk import ECKey, RSAKey

from services.financing.store.sendings import keep_sendings
from services.financing.store.terms import public_keys
from shared.contracts.encrypted import Encrypted
from shared.contracts.partner import Referral
from shared.i18n import Catalogue
from shared.messaging import encrypting
from shared.messaging.codec import Message, Record, decode
from shared.messaging.outbox import KeepSendings
from shared.messaging.producer import Publisher
from shared.messaging.relay import Relay
from shared.messaging.resend import Resender, Wanted
from shared.messaging.topics import REFERRAL, partner_topics
from shared.security import jwe
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.conformance.relaying import running
from tests.conformance.stage import by, eventually
from tests.conftest import Broker
from tests.financing.calls import PRODUCT, SECRETS, consent_body, known, ok, referral_body
from tests.financing.test_trials import begun
from tests.security.wrong_keys import WRONG

OWN, OTHER = (f"{name}-{uuid4().hex[:8]}" for name in ("own", "other"))
"""Partners whose topics are this run's alone."""
TOPICS = {code: partner_topics(code).referrals for code in (OWN, OTHER)}
KEYS: dict[str, ECKey | RSAKey] = {
    "2026": RSAKey.generate_key(2048),
    "2027": ECKey.generate_key("P-256"),
}
CLEAR = (*SECRETS, "TME-840315", "Troqueles", "400000.00", "own-credit")


def jwk(name: str) -> dict[str, Any]:
    return {**KEYS[name].as_dict(private=False), "kid": name, "use": "enc"}


class Exchange:
    """Financing as it runs, with its relay and the broker that its partners read."""

    def __init__(self, stage: StageUnderTest, broker: Broker) -> None:
        self.stage, self._broker = stage, broker

    async def put(self, code: str = OWN, status: int = 200, **given: Any) -> Any:
        shown = await self.stage.client.get(f"/partners/{code}", headers=self.stage.headers(Role.OPERATOR))
        body = {"name": "Banco Ejemplo", "kind": "development_bank", "sla_days": 20} | given
        match = shown.headers.get("ETag", "*")
        headers = self.stage.headers(Role.OPERATOR) | {"If-Match": match}
        done = await self.stage.client.put(f"/partners/{code}", json=body, headers=headers)
        assert done.status_code == status, done.text
        return done.json()

    def relay(self, keep: KeepSendings = keep_sendings) -> AbstractAsyncContextManager[Relay]:
        return running(Relay(self.stage.database, Publisher(self._broker.settings(), "encrypted"), public_keys, keep))

    async def published(self, code: str = OWN) -> list[bytes]:
        """What this store sent to the partner until its outbox was empty, in the order of the events."""
        async with self.relay():
            await eventually(self.is_empty)
        return await self.sent(code)

    async def sent(self, code: str) -> list[bytes]:
        topic = TOPICS[code].name
        ids = {str(row["event_id"]) for row in await self.stage.rows("SELECT event_id FROM journal")}
        return sorted((each for each in await self._read(topic) if id_of(each) in ids), key=id_of)

    async def is_empty(self) -> bool:
        return not await self.stage.rows("SELECT FROM outbox")

    async def _read(self, topic: str) -> list[bytes]:
        consumer = AIOKafkaConsumer(topic, **self._broker.settings().client(), auto_offset_reset="earliest")
        await consumer.start()
        try:
            ends = await consumer.end_offsets(sorted(consumer.assignment()))
            found: list[bytes] = []
            while any([await consumer.position(part) < end for part, end in ends.items()]):
                found += [each.value for batch in (await consumer.getmany(timeout_ms=200)).values() for each in batch]
        finally:
            await consumer.stop()
        return found


@pytest.fixture
async def exchange(stage: StageUnderTest, broker: Broker) -> Exchange:
    for topic in (REFERRAL, *TOPICS.values()):
        await broker.create_topic(topic.name, topic.partitions)
    return Exchange(stage, broker)


def id_of(value: bytes) -> str:
    found: str = json.loads(value)["id"]
    return found


def key_of(value: bytes) -> str | None:
    """With which key it is encrypted; None of what is in clear."""
    event = json.loads(value)
    return jwe.key_id(event["data"]) if event["datacontenttype"] == "application/jose" else None


async def referred(stage: StageUnderTest) -> dict[str, Any]:
    await ok(stage, "PUT", "/products/own-credit", PRODUCT | {"partner": OWN}, role=Role.OPERATOR)
    await known(stage)
    await ok(stage, "POST", "/consents", await consent_body(stage, partner=OWN))
    body = await referral_body(stage, product="own-credit")
    referral: dict[str, Any] = await ok(stage, "POST", "/referrals", body)
    return referral


def opened(value: bytes, *names: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encrypting.opened(value, [KEYS[name] for name in names]))
    return found


async def test_with_a_key_nothing_of_the_firm_is_in_clear_and_its_partner_reads_all(exchange: Exchange) -> None:
    stage = exchange.stage
    shown = await exchange.put(encrypt_to=jwk("2027"))
    assert (shown["encrypt_to"]["kid"], shown["edition"]) == ("2027", 1)
    await exchange.put(OTHER)
    referral, tests = await referred(stage), [await begun(stage, code) for code in TOPICS]
    first, test = await exchange.published()
    assert [word for word in CLEAR if word.encode() in first + test] == []
    event, read = json.loads(first), opened(first, "2026", "2027")
    assert (event["type"], event["datacontenttype"]) == (Referral.TYPE, "application/jose")
    assert jwe.key_id(event["data"]) == "2027"
    assert read == {**event, "data": read["data"], "datacontenttype": "application/json"}
    told = Referral.model_validate(read["data"])
    assert (str(told.referral_id), told.contact is not None) == (referral["id"], True)
    assert opened(test, "2027")["data"]["referral_id"] == tests[0]["id"], "what is a test looks like what is none"
    [other] = await exchange.published(OTHER)
    assert json.loads(other)["data"]["referral_id"] == tests[1]["id"], "others are as they were"
    await ok(stage, "POST", f"/consents/{referral['consent_id']}/revocation")
    *_, last = await exchange.published()
    assert json.loads(last)["data"]["referral_id"] == referral["id"], "what has nothing personal is in clear"


async def test_a_key_takes_turns_with_the_next_and_what_is_sent_again_is_for_the_present_one(
    exchange: Exchange,
) -> None:
    await exchange.put(encrypt_to=jwk("2026"))
    trial = await begun(exchange.stage, OWN)
    [before] = await exchange.published()
    changed = await exchange.put(encrypt_to=jwk("2027"))
    first_edition, _ = editions = *changed["past"], changed
    assert [edition["encrypt_to"]["kid"] for edition in editions] == ["2026", "2027"]
    assert first_edition["stored_at"] < changed["stored_at"], "which key was in force when, can be told"
    unchanged = await exchange.put(encrypt_to=jwk("2027"))
    assert unchanged == changed, "what changes nothing is no edition, and has no time of its own"
    wanted = Wanted(topic=TOPICS[OWN].name, reason="rotated", partner=True)
    assert (await Resender(exchange.stage.database, "financing").resend(wanted, by("ana"))).events == 1
    assert [*map(key_of, await exchange.published())] == ["2026", "2027"]
    first, again = await exchange.published()
    assert (first, json.loads(first)["id"]) == (before, json.loads(again)["id"])
    assert opened(first, "2027", "2026") == opened(again, "2027", "2026")
    assert opened(again, "2027")["data"]["referral_id"] == trial["id"]


async def test_a_key_stays_with_who_does_not_speak_of_it_and_is_taken_away_by_null(exchange: Exchange) -> None:
    await exchange.put(encrypt_to=jwk("2026"))
    assert (await exchange.put(sla_days=9))["encrypt_to"]["kid"] == "2026"
    await begun(exchange.stage, OWN)
    assert [*map(key_of, await exchange.published())] == ["2026"]
    assert (await exchange.put(encrypt_to=None))["encrypt_to"] is None
    await begun(exchange.stage, OWN)
    assert [*map(key_of, await exchange.published())] == ["2026", None]


@pytest.mark.parametrize("wrong", ["""encrypt_to || '{"x": "AAAA"}'""", "'null'"])
async def test_a_key_that_does_not_work_keeps_back_its_own_topic_and_loses_nothing(
    exchange: Exchange, wrong: str
) -> None:
    """None is stored that does not: here somebody wrote one into the table."""
    await exchange.put(encrypt_to=jwk("2027"))
    await exchange.put(OTHER)
    [good] = await exchange.stage.rows("SELECT encrypt_to FROM partner WHERE code = $1", OWN)
    await exchange.stage.rows(f"UPDATE partner SET encrypt_to = {wrong} WHERE code = $1", OWN)
    trial, _ = [await begun(exchange.stage, code) for code in TOPICS]
    async with exchange.relay() as relay:

        async def others_go_on() -> bool:
            return relay.backing_off == {TOPICS[OWN].name} and bool(await exchange.sent(OTHER))

        await eventually(others_go_on)
    assert await exchange.sent(OWN) == []
    await exchange.stage.rows("UPDATE partner SET encrypt_to = $1 WHERE code = $2", good["encrypt_to"], OWN)
    [told] = await exchange.published()
    assert opened(told, "2027")["data"]["referral_id"] == trial["id"]


@pytest.mark.parametrize(
    ("given", "status", "why"),
    [
        ({**KEYS["2027"].as_dict(private=True), "kid": "a", "use": "enc"}, 422, "field.key_private"),
        ({**jwk("2027"), "kid": "2026"}, 409, "key_id_of_another_key"),
        (5, 422, "field.key_malformed"),
    ],
    ids=["private", "a name that is taken", "a number"],
)
async def test_a_key_that_does_not_do_is_not_stored(exchange: Exchange, given: object, status: int, why: str) -> None:
    before = await exchange.put(encrypt_to=jwk("2026"))
    await exchange.put(encrypt_to=None)
    refused = await exchange.put(encrypt_to=given, status=status)
    assert refused["errors"][0] | {"problem": ""} == {"field": "body.encrypt_to", "problem": "", "reason": why}
    assert (await exchange.put(encrypt_to=jwk("2026")))["encrypt_to"] == before["encrypt_to"], "the same may come back"


async def test_each_wrong_file_is_refused_with_the_sentence_that_the_program_for_operators_has(
    exchange: Exchange,
) -> None:
    """A JWK as an object and as its text, all else as the text of the file; what is no text JSON cannot carry."""
    before, walked = await exchange.put(encrypt_to=jwk("2026")), 0
    for name, (file, why) in WRONG.items():
        with suppress(UnicodeDecodeError):
            text = file.decode()
            given = [text, json.loads(text)] if text.startswith('{"') else [text]
            for each in given if "\0" not in text else ():
                [error] = (await exchange.put(encrypt_to=each, status=422))["errors"]
                said = Catalogue().text(f"field.key_{why}", "en")
                assert error == {"field": "body.encrypt_to", "problem": said, "reason": f"field.key_{why}"}, name
                walked += 1
    assert walked > len(WRONG) * 3 / 4
    assert (await exchange.put())["encrypt_to"] == before["encrypt_to"]


async def test_the_text_that_openssl_writes_is_taken_as_it_is(exchange: Exchange) -> None:
    pem = KEYS["2027"].as_pem(private=False)
    assert (await exchange.put(encrypt_to=pem.decode()))["encrypt_to"] == jwe.read_public(pem)


async def test_people_at_a_desk_see_what_was_sent_whatever_is_on_the_topic(exchange: Exchange) -> None:
    await exchange.put(encrypt_to=jwk("2026"))
    trial = await begun(exchange.stage, OWN)
    headers = exchange.stage.headers(Role.PARTNER, partner_code=OWN)
    shown = await exchange.stage.client.get(f"/desk/referrals/{trial['id']}", headers=headers)
    assert shown.json()["referral"]["need"]["amount"]["amount"] == "100000.00"


async def test_a_key_that_firms_were_told_of_takes_turns_and_is_not_taken_away(exchange: Exchange) -> None:
    """Until the last of them took its consent back, or its referrals are erased (decision 126)."""
    stage = exchange.stage
    await exchange.put(encrypt_to=jwk("2026"))
    referral = await referred(stage)
    consent = f"/consents/{referral['consent_id']}"
    assert (await ok(stage, "GET", consent))["promised"]["encrypted"]
    assert "llave que sólo Banco Ejemplo tiene" in (await ok(stage, "GET", f"{consent}/text"))["body"]
    refused = await exchange.put(encrypt_to=None, status=409)
    assert (refused["title"], refused["errors"][0]["field"]) == ("encryption_promised", "body.encrypt_to")
    assert (await exchange.put(encrypt_to=jwk("2027")))["encrypt_to"]["kid"] == "2027"
    await exchange.put(encrypt_to=None, status=409)
    await ok(stage, "POST", f"{consent}/revocation")
    assert (await exchange.put(encrypt_to=None))["encrypt_to"] is None


async def test_what_was_sent_under_a_consent_that_was_replaced_stays_promised(exchange: Exchange) -> None:
    stage = exchange.stage
    await exchange.put(encrypt_to=jwk("2026"))
    await referred(stage)
    await ok(stage, "POST", "/consents", await consent_body(stage, partner=OWN) | {"channel": "app"})
    [first, _] = await stage.rows("SELECT papers_held FROM consent ORDER BY given_at")
    assert not first["papers_held"]
    await stage.rows("UPDATE consent SET promised = promised - 'encrypted' WHERE papers_held")
    await exchange.put(encrypt_to=None, status=409)


async def test_a_firm_that_was_not_told_binds_nobody(exchange: Exchange) -> None:
    await exchange.put()
    referral = await referred(exchange.stage)
    await exchange.put(encrypt_to=jwk("2026"))
    assert not (await ok(exchange.stage, "GET", f"/consents/{referral['consent_id']}"))["promised"]["encrypted"]
    assert [*map(key_of, await exchange.published())] == ["2026"], "more is done than was said"
    assert (await exchange.put(encrypt_to=None))["encrypt_to"] is None


async def test_whoever_has_no_key_sees_that_there_is_an_event_and_nothing_of_it(exchange: Exchange) -> None:
    await exchange.put(encrypt_to=jwk("2027"))
    trial = await begun(exchange.stage, OWN)
    [value] = await exchange.published()
    record = Record(TOPICS[OWN].name, 0, 0, trial["id"].encode(), value)
    seen = decode(record)
    assert isinstance(seen, Message)
    assert isinstance(seen.data, Encrypted)
    assert (seen.data.of, str(seen.data.key), seen.data.topic) == (Referral.TYPE, trial["id"], record.topic)
    theirs = record._replace(topic=partner_topics(OWN).answers.name)
    assert not isinstance(decode(theirs), Message), "of what partners write none is"
    assert not isinstance(decode(record._replace(key=b"another")), Message)
