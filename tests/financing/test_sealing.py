"""What a firm hands over is nowhere in clear, and once it is erased it is gone from every copy that there is."""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest

from deploy.engines.postgres_server import PostgresServer
from services.financing.store.cases import cases
from services.financing.store.sealing import AGAIN, UNSEALED, seal_next
from shared.contracts import partner as contract
from shared.contracts.event import Actor, Cause
from shared.messaging import outbox
from shared.messaging.resend import Resender, Wanted
from shared.messaging.retry import TRY_AGAIN
from shared.messaging.topics import is_partners
from shared.runtime.ids import new_id
from shared.sealing import encryption, keys
from shared.sealing.encryption import KeyAwayError, Ring
from shared.sealing.keys import Name
from shared.sealing.register import Register
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing import test_facts as facts
from tests.financing.calls import PAPERS, answer, consent_body, known, ok, partner_events, referral_body
from tests.financing.given import SUPPLIER
from tests.sealing.data_files import standing
from tests.sealing.restored import copied, restored


class Said(NamedTuple):
    """What a firm and its partner say, in words that are nowhere else: a server's log of writes is of all stores."""

    mark: str
    digits: str

    @property
    def papers(self) -> dict[str, Any]:
        identity = {"rfc": self.rfc, "legal_name": "Eduardo Gómez", "representative": f"Benita {self.mark}"}
        contact = {"email": f"benita@{self.mark}.example", "phone": f"+52 55 {self.digits}"}
        sales = {"amount": f"{self.digits}.00", "currency": "MXN"}
        return {"identity": identity, "contact": contact, "capacity": {"annual_sales": sales, "workers": 42}}

    @property
    def rfc(self) -> str:
        return f"{self.mark[:4].upper()}561231GR8"

    @property
    def amount(self) -> str:
        return f"4{self.digits[:5]}.33"

    @property
    def folio(self) -> str:
        return f"NAF-{self.mark}"

    @property
    def items(self) -> tuple[str]:
        return (f"Estados de cuenta de {self.mark}",)

    @property
    def clear(self) -> tuple[str, ...]:
        return self.rfc, self.mark, f"55 {self.digits}", f"{self.digits}.00", self.amount


def said() -> Said:
    letters = uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    return Said(letters, f"{int(uuid4()) % 900_000 + 7_100_000}")


async def handed_over(stage: StageUnderTest, said: Said) -> dict[str, object]:
    await known(stage)
    await stage.consume(facts.REGISTERED.model_copy(update={"kind": "natural", "rfc": None, "legal_name": None}))
    consent = await ok(stage, "POST", "/consents", await consent_body(stage) | said.papers)
    identity = {"rfc": said.rfc, "legal_name": "Eduardo Gómez"}
    await ok(stage, "POST", f"/consents/{consent['id']}/identity", identity, Role.OPERATOR)
    body = await referral_body(stage, amount={"amount": said.amount, "currency": "MXN"})
    referral: dict[str, object] = await ok(stage, "POST", "/referrals", body)
    await stage.consume(answer(contract.ReferralAcknowledged, referral, folio=said.folio))
    await stage.consume(answer(contract.InformationRequested, referral, items=said.items))
    return referral


async def test_no_file_of_the_store_ever_has_it_in_clear(stage: StageUnderTest, postgres: PostgresServer) -> None:
    since = time.time() - 1
    secret, nobody = said(), said()
    await handed_over(stage, secret)
    [name] = await stage.rows("SELECT current_database() AS name")
    written = (
        "INSERT INTO resend (topic, since, until, events, superseded, withheld, by, at, reason)"
        " VALUES ('x', now(), now(), 0, 0, 0, 'x', now(), $1)"
    )
    await stage.rows(written, nobody.mark)
    found = await standing(postgres, name["name"], since, (*secret.clear, nobody.mark))
    assert {word: times for word, times in found.items() if times} == {nobody.mark: 2}, (
        "in its table, and as it was written"
    )


async def test_who_reads_has_it_in_clear_until_it_is_erased(stage: StageUnderTest) -> None:
    secret = said()
    referral = await handed_over(stage, secret)
    shown = await ok(stage, "GET", f"/referrals/{referral['id']}")
    assert (shown["papers"]["folio"], shown["papers"]["items"]) == (secret.folio, [*secret.items])
    [told] = await partner_events(stage)
    assert told["identity"]["representative"] == f"Benita {secret.mark}"
    kept = await stage.rows("SELECT consents, referrals FROM financing_case")
    journaled = await stage.rows("SELECT body FROM journal WHERE type = $1", contract.Referral.TYPE)
    case = await ok(stage, "GET", f"/cases/{SUPPLIER}")
    await ok(stage, "POST", f"/consents/{case['consents'][0]['id']}/revocation")
    # As a backup has them that was taken before.
    await stage.rows(
        "UPDATE financing_case SET consents = $1, referrals = $2", kept[0]["consents"], kept[0]["referrals"]
    )
    async with stage.database.transaction() as connection:
        restored = (await cases.load_many(connection, [SUPPLIER]))[SUPPLIER]
    assert (restored.consents[0].papers, restored.referrals[0].papers) == (None, None)
    [body] = await stage.opened(row["body"] for row in journaled)
    assert not body["data"].keys() & {*contract.Referral.PERSONAL}
    assert contract.Referral.model_validate(body["data"]).consent.consent_id == UUID(case["consents"][0]["id"])


@pytest.mark.parametrize("clear", [True, False])
async def test_what_a_restore_brings_back_is_erased_again(
    stage: StageUnderTest, tmp_path: Path, *, clear: bool
) -> None:
    """Also where the keys are those of before, and what was written in clear."""
    secret = said()
    with encryption.given(None) if clear else nullcontext():
        referral = await handed_over(stage, secret)
    copy = await copied(stage, "financing_case", "consent", "referral", "journal", "data_key")
    consent = f"/consents/{referral['consent_id']}"
    await ok(stage, "POST", f"{consent}/revocation")
    erasures = stage.erasures(Register(tmp_path.as_uri(), "financing"))
    await erasures.look()
    await restored(stage, copy)
    for row in copy["data_key"]:
        again = "INSERT INTO data_key SELECT (jsonb_populate_record(NULL::data_key, $1::jsonb)).*"
        await stage.rows(again, row)
    assert (await ok(stage, "GET", f"/referrals/{referral['id']}"))["papers"] is not None
    later = stage.erasures(Register(tmp_path.as_uri(), "financing"))
    assert await later.again() == (2, 1)
    assert await later.again() == (0, 0)
    held = await copied(stage, *copy)
    bodies = await stage.opened(row["body"] for row in await stage.rows("SELECT body FROM journal"))
    assert not [word for word in secret.clear if word in str((held, bodies))]
    assert (await ok(stage, "GET", f"/referrals/{referral['id']}"))["papers"] is None
    shown = await ok(stage, "GET", consent)
    assert not shown["papers_held"]
    assert shown["revoked_at"] is not None, "who took it back did so for every store"
    assert (await ok(stage, "GET", f"/referrals/{referral['id']}"))["state"] == "withdrawn"
    assert (await ok(stage, "POST", f"{consent}/revocation"))["revoked_at"] == shown["revoked_at"]


async def test_a_later_key_of_that_name_makes_no_erased_event_whole(stage: StageUnderTest) -> None:
    referral = await handed_over(stage, said())
    wanted = Wanted(topic=f"partner.{referral['partner']}.referrals.v1", reason="x", partner=True, dry_run=True)
    resender, by = Resender(stage.database, "financing"), Cause("c-1", actor=Actor("ana"))
    before = await resender.resend(wanted, by)
    names = await stage.rows("SELECT person, matter FROM data_key WHERE wrapped IS NOT NULL AND person = $1", SUPPLIER)
    async with stage.database.transaction() as connection:
        await keys.destroy_all(connection, [SUPPLIER])
        await keys.ensure(connection, [Name(row["person"], row["matter"]) for row in names])
    after = await resender.resend(wanted, by)
    assert (before.events, before.withheld) == (1, 0)
    assert (after.events, after.withheld) == (0, 1)


async def test_what_was_written_in_clear_is_sealed_behind_the_days_work(stage: StageUnderTest) -> None:
    secret = said()
    with encryption.given(None):
        await handed_over(stage, secret)
    before = await ok(stage, "GET", f"/cases/{SUPPLIER}/papers")
    [told] = await partner_events(stage)
    others = await stage.rows("SELECT id, body FROM journal WHERE type <> $1", contract.Referral.TYPE)
    for left in (1, 0):
        # A start asks anew while something is in clear, whatever was swept before.
        async with stage.database.connection() as connection:
            assert [tuple(row) for row in await connection.fetch(UNSEALED)] == [("papers", left)]
            assert [await connection.fetchval(each.wanted) for each in AGAIN] == [left == 1]
        async with stage.database.transaction() as connection:
            assert await seal_next(connection, {}, None) == (SUPPLIER, 1, ())
            assert (await seal_next(connection, {}, SUPPLIER)).cursor is None
    rows = await stage.rows("SELECT consents, referrals FROM financing_case")
    rows += await stage.rows("SELECT papers FROM referral")
    rows += [json.loads(row["body"]) for row in await stage.rows("SELECT body FROM journal")]
    assert not [word for word in secret.clear if word in str(rows)]
    assert await ok(stage, "GET", f"/cases/{SUPPLIER}/papers") == before
    assert await partner_events(stage) == [told]
    assert await stage.rows("SELECT id, body FROM journal WHERE type <> $1", contract.Referral.TYPE) == others


async def test_what_seals_the_journal_changes_nothing_else_in_it(stage: StageUnderTest) -> None:
    with encryption.given(None):
        await handed_over(stage, said())
    [entry] = await stage.rows("SELECT id, recorded_at, body FROM journal WHERE type = $1", contract.Referral.TYPE)
    event = json.loads(entry["body"])
    for different in ({"supplier_id": str(uuid4())}, {"need": {"purpose": "machinery"}}, {"need": "sealed"}):
        forged = json.dumps(event | {"data": event["data"] | different}).encode()
        sealing = "SELECT journal_seal($1, $2, $3, $4) AS done"
        given = [entry["id"]], [entry["recorded_at"]], [forged], ["need", "identity"]
        assert await stage.rows(sealing, *given) == [{"done": 0}]


async def test_without_its_key_encryption_key_nothing_is_decided_and_nothing_lost(stage: StageUnderTest) -> None:
    await handed_over(stage, said())
    assert issubclass(KeyAwayError, TRY_AGAIN)
    for ring in (None, Ring(["c" * 64])):
        with encryption.given(ring):
            async with stage.database.transaction() as connection:
                waiting = await outbox.unpublished(connection, 100, 1_000_000)
        # The others go on, and of a partner's nothing goes out.
        assert {each.is_away for each in waiting if not is_partners(each.topic)} == {False}
        assert {each.is_away for each in waiting if is_partners(each.topic)} == {True}
        with encryption.given(ring), pytest.raises(KeyAwayError):
            async with stage.database.transaction() as connection:
                await cases.load_many(connection, [SUPPLIER])


async def test_what_has_no_key_in_the_store_waits_until_it_comes_back(stage: StageUnderTest) -> None:
    await handed_over(stage, said())
    before = await ok(stage, "GET", f"/cases/{SUPPLIER}/papers")
    away = await stage.rows("DELETE FROM data_key RETURNING *")
    with pytest.raises(KeyAwayError):
        await stage.consume(facts.REGISTERED.model_copy(update={"exports": True}))
    for row in away:
        await stage.rows("INSERT INTO data_key VALUES ($1, $2, $3, $4, $5)", *row.values())
    assert await ok(stage, "GET", f"/cases/{SUPPLIER}/papers") == before


async def test_while_an_older_release_runs_beside_it_nothing_new_is_sealed(stage: StageUnderTest) -> None:
    with encryption.given(Ring(["0" * 64]), new=False):
        secret = said()
        await handed_over(stage, secret)
        assert secret.mark in str(await stage.rows("SELECT consents FROM financing_case"))
    assert not await stage.rows("SELECT FROM data_key")


async def test_a_request_that_comes_again_gives_nothing_back_of_what_was_erased(stage: StageUnderTest) -> None:
    """Seen: it gave amount and term back for seven days after the consent was revoked."""
    await known(stage)
    await ok(stage, "POST", "/consents", await consent_body(stage) | {name: PAPERS[name] for name in PAPERS})
    body = await referral_body(stage, amount={"amount": "411733.00", "currency": "MXN"})
    headers = stage.headers("supplier", supplier_id=SUPPLIER) | {"Idempotency-Key": str(new_id())}
    first = await stage.client.request("POST", "/referrals", json=body, headers=headers)
    again = await stage.client.request("POST", "/referrals", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["papers"]["amount"]["amount"] == "411733.00"
    consent = f"/consents/{first.json()['consent_id']}"
    await ok(stage, "POST", f"{consent}/revocation")
    again = await stage.client.request("POST", "/referrals", json=body, headers=headers)
    assert (again.status_code, again.json()["id"], again.json()["papers"]) == (201, first.json()["id"], None)
    assert again.json()["state"] == "withdrawn"
