"""What a firm hands over is nowhere in clear, and once it is erased it is gone from every copy that there is."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from deploy.engines.postgres import Postgres
from deploy.engines.postgres_server import PostgresServer
from services.financing.store.cases import cases
from services.financing.store.sealing import seal_next
from shared.contracts import partner as contract
from shared.messaging import journal
from shared.messaging.retry import TRY_AGAIN
from shared.runtime.ids import new_id
from shared.sealing import encryption
from shared.sealing.encryption import KeyAwayError, Ring
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing import test_facts as facts
from tests.financing.calls import PAPERS, answer, consent_body, known, ok, partner_events, referral_body
from tests.financing.given import SUPPLIER

PERSON = {"rfc": "GODE561231GR8", "legal_name": "Eduardo Gómez", "representative": "Benita Sellada Ríos"}
CONTACT = {"email": "benita@sellada.example", "phone": "+52 55 7310 4482"}
CAPACITY = {"annual_sales": {"amount": "7316502.00", "currency": "MXN"}, "workers": 42}
WORDS = ("Estados de cuenta de Benita", "NAF-7731-0042")
CLEAR = ("GODE561231GR8", "Sellada", "benita@sellada", "7310 4482", "7316502", "411733.00", *WORDS)
"""Of each something that is nowhere else."""
OPEN = "Referral of nobody"
"""What is written in clear beside it: whoever finds nothing has looked."""


async def handed_over(stage: StageUnderTest) -> dict[str, object]:
    await known(stage)
    await stage.consume(facts.REGISTERED.model_copy(update={"kind": "natural", "rfc": None, "legal_name": None}))
    papers = {"identity": PERSON, "contact": CONTACT, "capacity": CAPACITY}
    consent = await ok(stage, "POST", "/consents", await consent_body(stage) | papers)
    path = f"/consents/{consent['id']}/identity"
    await ok(stage, "POST", path, {"rfc": PERSON["rfc"], "legal_name": PERSON["legal_name"]}, Role.OPERATOR)
    body = await referral_body(stage, amount={"amount": "411733.00", "currency": "MXN"})
    referral: dict[str, object] = await ok(stage, "POST", "/referrals", body)
    await stage.consume(answer(contract.ReferralAcknowledged, referral, folio=WORDS[1]))
    await stage.consume(answer(contract.InformationRequested, referral, items=(WORDS[0],)))
    return referral


def files(server: Postgres, database: str) -> Iterator[Path]:
    """Where a server keeps a database, its log of writes, and what it says."""
    yield server.log
    oid = server.execute(f"SELECT oid FROM pg_database WHERE datname = '{database}'").strip()
    cluster = server.log.parent / "cluster"
    for part in (cluster / "base" / oid, cluster / "pg_wal"):
        yield from (file for file in part.rglob("*") if file.is_file())


async def test_no_file_of_the_store_ever_has_it_in_clear(stage: StageUnderTest, postgres: PostgresServer) -> None:
    if not isinstance(postgres, Postgres):
        pytest.skip("a server in a container has its files there")
    await handed_over(stage)
    [name] = await stage.rows("SELECT current_database() AS name")
    said = (
        "INSERT INTO resend (topic, since, until, events, superseded, withheld, by, at, reason)"
        " VALUES ('x', now(), now(), 0, 0, 0, 'x', now(), $1)"
    )
    await stage.rows(said, OPEN)
    postgres.execute("CHECKPOINT")
    kept = [file.read_bytes() for file in files(postgres, name["name"])]
    found = {word: sum(word.encode() in each for each in kept) for word in (*CLEAR, OPEN)}
    assert {word for word, times in found.items() if times} == {OPEN}
    assert found[OPEN] == 2, "in the table and in the log of writes"


async def test_who_reads_has_it_in_clear_until_it_is_erased(stage: StageUnderTest) -> None:
    referral = await handed_over(stage)
    shown = await ok(stage, "GET", f"/referrals/{referral['id']}")
    assert (shown["papers"]["folio"], shown["papers"]["items"]) == (WORDS[1], [WORDS[0]])
    [told] = await partner_events(stage)
    assert told["identity"]["representative"] == PERSON["representative"]
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


async def test_what_was_written_in_clear_is_sealed_behind_the_days_work(stage: StageUnderTest) -> None:
    with encryption.given(None):
        await handed_over(stage)
    before = await ok(stage, "GET", f"/cases/{SUPPLIER}/papers")
    [told] = await partner_events(stage)
    others = await stage.rows("SELECT id, body FROM journal WHERE type <> $1", contract.Referral.TYPE)
    async with stage.database.transaction() as connection:
        assert await seal_next(connection, {}, None) == (SUPPLIER, 1, ())
        assert (await seal_next(connection, {}, SUPPLIER)).cursor is None
    rows = await stage.rows("SELECT consents, referrals FROM financing_case")
    rows += await stage.rows("SELECT papers FROM referral")
    rows += [json.loads(row["body"]) for row in await stage.rows("SELECT body FROM journal")]
    assert not [word for word in CLEAR if word in str(rows)]
    assert await ok(stage, "GET", f"/cases/{SUPPLIER}/papers") == before
    assert await partner_events(stage) == [told]
    assert await stage.rows("SELECT id, body FROM journal WHERE type <> $1", contract.Referral.TYPE) == others


async def test_what_seals_the_journal_changes_nothing_else_in_it(stage: StageUnderTest) -> None:
    with encryption.given(None):
        await handed_over(stage)
    [entry] = await stage.rows("SELECT id, recorded_at, body FROM journal WHERE type = $1", contract.Referral.TYPE)
    said = json.loads(entry["body"])
    for different in ({"supplier_id": str(uuid4())}, {"need": {"purpose": "machinery"}}, {"need": "sealed"}):
        forged = json.dumps(said | {"data": said["data"] | different}).encode()
        sealing = "SELECT journal_seal($1, $2, $3, $4) AS done"
        given = [entry["id"]], [entry["recorded_at"]], [forged], ["need", "identity"]
        assert await stage.rows(sealing, *given) == [{"done": 0}]


async def test_without_its_key_encryption_key_nothing_is_decided_and_nothing_lost(stage: StageUnderTest) -> None:
    await handed_over(stage)
    assert issubclass(KeyAwayError, TRY_AGAIN)
    for ring in (None, Ring(["c" * 64])):
        with encryption.given(ring), pytest.raises(KeyAwayError):
            async with stage.database.transaction() as connection:
                await journal.unpublished(connection, 100, 1_000_000)
        with encryption.given(ring), pytest.raises(KeyAwayError):
            async with stage.database.transaction() as connection:
                await cases.load_many(connection, [SUPPLIER])


async def test_while_an_older_release_runs_beside_it_nothing_new_is_sealed(stage: StageUnderTest) -> None:
    with encryption.given(Ring(["0" * 64]), new=False):
        await handed_over(stage)
        assert "Sellada" in str(await stage.rows("SELECT consents FROM financing_case"))
    assert not await stage.rows("SELECT FROM data_key")


async def test_a_request_that_comes_again_is_answered_by_what_its_sender_alone_can_open(stage: StageUnderTest) -> None:
    await known(stage)
    await ok(stage, "POST", "/consents", await consent_body(stage) | {name: PAPERS[name] for name in PAPERS})
    body = await referral_body(stage, amount={"amount": "411733.00", "currency": "MXN"})
    headers = stage.headers("supplier", supplier_id=SUPPLIER) | {"Idempotency-Key": str(new_id())}
    first = await stage.client.request("POST", "/referrals", json=body, headers=headers)
    again = await stage.client.request("POST", "/referrals", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    [kept] = await stage.rows("SELECT answer FROM idempotency")
    assert kept["answer"].startswith(b"sealed:")
