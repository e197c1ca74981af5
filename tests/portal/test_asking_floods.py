"""Who asks again and again: what is kept of it has a bound, and an end."""

from datetime import timedelta
from typing import NoReturn

import pytest

from services.portal.api import form_body
from services.portal.app import build
from services.portal.identity.cookie import Cookie
from services.portal.store import drafts, sessions
from services.portal.store.sessions import SessionRow
from shared.runtime.clock import now
from shared.service import housekeeping
from tests.portal.conftest import Visitors
from tests.portal.issuer import URL

SIGN_INS, FORMS = 60, 120
MORE = 30
"""Than that within seconds: one more comes each second."""


async def test_one_address_begins_so_many_sign_ins(portal: Visitors) -> None:
    """There is no issuer here: who is let in is told so."""
    told = [await portal.anybody().get("/sign-in") for _ in range(SIGN_INS + MORE)]
    assert {answer.status_code for answer in told[:SIGN_INS]} == {503}
    refused = next(answer for answer in told if answer.status_code == 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert (await portal.anybody().get("/")).status_code == 200


async def test_one_address_sends_so_many_forms_without_being_signed_in(portal: Visitors) -> None:
    told = [(await portal.anybody().post("/sign-out")).status_code for _ in range(FORMS + MORE)]
    assert set(told[:FORMS]) == {403}
    assert 429 in told
    signed_in = await portal.signed_in("operator")
    assert (await signed_in.post("/sign-out")).status_code == 303


@pytest.mark.parametrize("body", ["&" * 60_000, "a&" * 30_000, "a=1&" * 15_000, "a=" + "%00" * 30_000])
async def test_a_form_is_counted_before_it_is_read(
    portal: Visitors, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    def read(_: bytes) -> NoReturn:
        pytest.fail("it was read")

    monkeypatch.setattr(form_body, "_read", read)
    headers = {"Origin": URL, "Content-Type": "application/x-www-form-urlencoded"}
    answer = await portal.stage.client.post("/sign-out", content=body, headers=headers)
    assert answer.status_code == 413


async def test_what_nobody_came_back_to_is_forgotten(portal: Visitors) -> None:
    minute = timedelta(minutes=1)
    async with portal.stage.database.connection() as connection:
        for ends_at in (now() - minute, now() + minute):
            await sessions.begin(connection, Cookie.new().id, b"", ends_at)
            await sessions.open_(connection, SessionRow(Cookie.new().id, "somebody", b"", ends_at))
            await drafts.write(connection, Cookie.new().id, b"", ends_at)
    stage, _ = build()
    await housekeeping.forget(portal.stage.database, own=stage.forget)
    for table in ("sign_in", "session", "draft"):
        left = await portal.stage.rows(f"SELECT ends_at > now() AS goes_on FROM {table}")
        assert [row["goes_on"] for row in left] == [True]
