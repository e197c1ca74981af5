"""Mail that no server takes goes again, with a new code, until one does or it is of no use any more."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from deploy.engines.ports import free_port
from services.registration.app import build
from services.registration.domain.mail import DISPUTES_AT_ONCE, DISPUTES_EVERY
from services.registration.domain.supplier import disputed_since
from services.registration.handlers.claims import CLAIM_EXPIRES
from services.registration.handlers.mails import CLAIM_MAIL, DISPUTE_MAIL, INVITATION_MAIL, dispute_again
from services.registration.store import MAILS_WAITING
from shared.mail_tries import FIRST_WAIT, LONGEST_WAIT, next_try
from shared.messaging.decision import Timer
from shared.runtime import metrics
from shared.runtime.clock import now
from shared.service.mail import NoSender
from shared.service.mailing import MailWorker, Post
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.registration.bodies_given import BODY, CONTACT, claimed, confirmed
from tests.registration.given import DOUBTFUL_RFC, LEGAL_RFC, NOW, OTHER_RFC, registered
from tests.service.smtp import Server, serving

KINDS = (CLAIM_MAIL, INVITATION_MAIL, DISPUTE_MAIL)
OTHER = CONTACT | {"email": "duena@ejemplo.mx"}


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where nobody takes mail yet."""
    port = free_port()
    for name, value in {"HOST": "127.0.0.1", "PORT": str(port), "TLS": "none"}.items():
        monkeypatch.setenv(f"PDP_SMTP_{name}", value)
    return port


@pytest.fixture
async def stage(migrated: Migrated, port: int) -> AsyncIterator[StageUnderTest]:
    built, _ = build()
    async with StageUnderTest(built, await migrated("registration")) as running:
        yield running


async def waiting(stage: StageUnderTest) -> int:
    (row,) = await stage.rows("SELECT count(*) AS mails FROM timer WHERE kind = ANY($1)", KINDS)
    return int(row["mails"])


async def post(stage: StageUnderTest, server: Server | None = None, port: int = 0) -> None:
    """All that waits goes now: to the server, or in vain."""
    await stage.rows("UPDATE timer SET at = now() WHERE kind = ANY($1)", KINDS)
    if server is None:
        await stage.post()
        return
    async with serving(server, port):
        await stage.post()


async def registered_at(stage: StageUnderTest, port: int, **more: Any) -> str:
    claim, server = await claimed(stage, **more), Server()
    await post(stage, server, port)
    assert (await confirmed(stage, claim, server.code)).status_code == 200
    return claim


def count(outcome: str) -> float:
    (found,) = metrics.MAILS.labels(outcome).collect()
    return found.samples[0].value


async def test_what_no_server_took_goes_again_until_one_takes_it(stage: StageUnderTest, port: int) -> None:
    failed, sent = count("failed"), count("sent")
    claim = await claimed(stage)
    assert (await waiting(stage), count("failed") - failed) == (1, 1)
    await post(stage)
    assert (await waiting(stage), count("failed") - failed) == (1, 2)
    server = Server()
    await post(stage, server, port)
    assert (await waiting(stage), count("sent") - sent) == (0, 1)
    assert (await confirmed(stage, claim, server.code)).status_code == 200


async def test_the_code_that_came_last_is_the_one_that_opens(stage: StageUnderTest, port: int) -> None:
    """A server took it and could not say so: it comes twice, and never with a code that opens nothing as the last."""
    claim, first, last = await claimed(stage), Server(b".", reply=b"451 later"), Server()
    await post(stage, first, port)
    await post(stage, last, port)
    assert first.code != last.code
    assert (await confirmed(stage, claim, first.code)).status_code == 403
    assert (await confirmed(stage, claim, last.code)).status_code == 200


async def test_an_address_that_is_none_is_not_tried_again(stage: StageUnderTest, port: int) -> None:
    await claimed(stage)
    await post(stage, Server(b"RCPT"), port)
    assert await waiting(stage) == 0


async def test_what_is_of_no_use_any_more_is_not_sent(stage: StageUnderTest, port: int) -> None:
    given_up = count("given_up")
    await claimed(stage)
    await stage.rows("UPDATE timer SET at = now() WHERE kind = $1", CLAIM_EXPIRES)
    await stage.tick()
    server = Server()
    await post(stage, server, port)
    assert (await waiting(stage), server.message, count("given_up") - given_up) == (0, "", 1)


async def test_an_invitation_goes_again_too(stage: StageUnderTest, port: int) -> None:
    firm = await registered_at(stage, port)
    own = stage.headers("supplier", subject="owner-1", supplier_id=firm)
    url = f"/suppliers/{firm}/people"
    person = (await stage.client.post(url, json={"email": "colega@ejemplo.mx"}, headers=own)).json()["id"]
    server = Server()
    await post(stage, server, port)
    accepted = await stage.client.post(
        f"{url}/{person}/acceptance", json={"code": server.code}, headers=stage.headers("supplier", subject="new-1")
    )
    assert (accepted.status_code, BODY["legal_name"] in server.text) == (200, True)


async def test_whoever_has_an_rfc_is_told_of_a_dispute_and_not_by_whom(stage: StageUnderTest, port: int) -> None:
    await registered_at(stage, port)
    assert await waiting(stage) == 0
    second = await registered_at(stage, port, contact=OTHER, legal_name="Otra Empresa SA de CV")
    assert await waiting(stage) == 1
    server = Server()
    await post(stage, server, port)
    assert any(CONTACT["email"].upper() in command.upper() for command in server.commands)
    assert "PDP-000001" in server.text
    assert not any(personal in server.text for personal in (second, OTHER["email"], "Otra Empresa", LEGAL_RFC))
    assert await waiting(stage) == 0


async def mended(stage: StageUnderTest, firm: str, rfc: str) -> None:
    """A firm that is held says another RFC."""
    headers = stage.headers("operator") | {"If-Match": "*"}
    answer = await stage.client.put(f"/suppliers/{firm}", json=BODY | {"rfc": rfc, "contact": OTHER}, headers=headers)
    assert (answer.status_code, answer.json()["holds"]) == (200, ["rfc_disputed"])


async def test_however_many_disputes_somebody_begins_one_mailbox_is_not_filled(
    stage: StageUnderTest, port: int
) -> None:
    """A held firm mended its RFC from one that is taken to another, and each time whoever has it got a mail."""
    for rfc in (LEGAL_RFC, OTHER_RFC):
        await registered_at(stage, port, rfc=rfc)
    firm = await registered_at(stage, port, rfc=DOUBTFUL_RFC, contact=OTHER)
    server, withheld = Server(), count("limited")
    for number in range(DISPUTES_AT_ONCE + 3):
        await mended(stage, firm, (LEGAL_RFC, OTHER_RFC)[number % 2])
        await post(stage, server, port)
    assert (server.commands.count("DATA"), count("limited") - withheld) == (DISPUTES_AT_ONCE, 3)
    (later,) = await stage.rows("SELECT at FROM timer WHERE kind = $1", DISPUTE_MAIL)
    assert DISPUTES_EVERY - timedelta(minutes=1) < later["at"] - now() <= DISPUTES_EVERY
    await stage.rows("UPDATE request_limit SET full_at = full_at - $1::interval", DISPUTES_EVERY)
    await post(stage, server, port)
    assert (server.commands.count("DATA"), await waiting(stage)) == (DISPUTES_AT_ONCE + 1, 0)


async def test_who_disputes_first_is_who_said_so_first_and_not_who_registered_first(
    stage: StageUnderTest, port: int
) -> None:
    await registered_at(stage, port)
    early = await registered_at(stage, port, rfc=DOUBTFUL_RFC, contact=OTHER)
    await registered_at(stage, port, contact=OTHER)
    first, second = Server(), Server()
    await post(stage, first, port)
    await mended(stage, early, LEGAL_RFC)
    await post(stage, second, port)
    assert (first.commands.count("DATA"), second.commands.count("DATA"), await waiting(stage)) == (1, 0, 0)


def test_a_disputes_mail_is_tried_by_the_disputes_clock() -> None:
    months = timedelta(days=90)
    state = replace(registered(), holds=("rfc_disputed",), received_at=NOW - months, disputed_at=NOW)
    for since, pause in ((timedelta(0), FIRST_WAIT), (timedelta(minutes=20), timedelta(minutes=20))):
        assert dispute_again(state, "", NOW + since).timers == (Timer(DISPUTE_MAIL, NOW + since + pause),)
    # Before it was written down when.
    assert disputed_since(replace(state, disputed_at=None)) == NOW - months


async def test_a_dispute_that_is_settled_tells_nobody_any_more(stage: StageUnderTest, port: int) -> None:
    await registered_at(stage, port)
    second = await registered_at(stage, port, contact=OTHER)
    await stage.client.post(f"/suppliers/{second}/dispute", json={"upheld": False}, headers=stage.headers("operator"))
    server = Server()
    await post(stage, server, port)
    assert (await waiting(stage), server.message) == (0, "")


async def test_the_gauge_shows_what_waits_for_longer_than_a_minute(stage: StageUnderTest, port: int) -> None:
    async def shown() -> Mapping[str, int]:
        return {row["kind"]: row["count"] for row in await stage.rows(MAILS_WAITING)}

    await claimed(stage)
    assert await shown() == {"confirmation": 0, "invitation": 0, "dispute": 0}
    await stage.rows("UPDATE claim SET received_at = now() - interval '2 minutes'")
    assert (await shown())["confirmation"] == 1
    await post(stage, Server(), port)
    assert (await shown())["confirmation"] == 0


async def test_what_cannot_be_loaded_holds_up_no_other(stage: StageUnderTest, port: int) -> None:
    broken = await claimed(stage)
    await claimed(stage, contact=OTHER)
    await stage.rows("UPDATE claim SET code = '{}' WHERE id::text = $1", broken)
    server = Server()
    await post(stage, server, port)
    left = await stage.rows("SELECT aggregate_id::text, at > now() AS later FROM timer WHERE kind = $1", CLAIM_MAIL)
    assert (left, server.message != "") == ([{"aggregate_id": broken, "later": True}], True)


async def test_the_store_is_asked_between_two_mails(stage: StageUnderTest) -> None:
    """Seen: twenty in a row to a server that hung, while the store ended the session that nobody used."""
    built, _ = build()
    assert built.mails is not None
    await claimed(stage)
    await claimed(stage, contact=OTHER)
    await stage.rows("UPDATE timer SET at = now() WHERE kind = $1", CLAIM_MAIL)
    async with stage.database.connection() as connection:
        assert await MailWorker(stage.database, "registration", built.mails).step(connection) == 0
    left = await stage.rows("SELECT true AS due FROM timer WHERE kind = $1 AND at <= now()", CLAIM_MAIL)
    assert left == [{"due": True}]


async def test_a_try_takes_no_timer_that_was_set_after_it(stage: StageUnderTest) -> None:
    claim = UUID(await claimed(stage))
    (row,) = await stage.rows("SELECT at FROM timer WHERE kind = $1", CLAIM_MAIL)
    post_ = Post(stage.database, NoSender())
    await post_.drop(Timer(CLAIM_MAIL, row["at"] - timedelta(seconds=1)), claim)
    assert await waiting(stage) == 1
    await post_.drop(Timer(CLAIM_MAIL, row["at"]), claim)
    assert await waiting(stage) == 0


def test_each_pause_is_as_long_as_all_before_it() -> None:
    assert next_try(NOW, NOW) == NOW + FIRST_WAIT
    assert next_try(NOW, NOW + timedelta(minutes=20)) == NOW + timedelta(minutes=40)
    assert next_try(NOW, NOW + timedelta(hours=17)) == NOW + timedelta(hours=17) + LONGEST_WAIT
