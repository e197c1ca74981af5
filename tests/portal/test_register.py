"""A firm registers by the portal's pages alone: at registration itself, and where it says no."""

import json
import re
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from deploy.local.issuer import process
from deploy.target.mail import code_for
from services.portal.api import pages
from services.portal.api.drafts import DRAFT, MOST_BYTES
from services.portal.api.register import NOTICE
from services.portal.domain.profile_fields import LISTS, ORDER, PARTS, PROCESS
from shared.service.http.rate_limit import RateLimit
from tests.portal.conftest import Visitors
from tests.portal.issuer import Tab
from tests.portal.profile_given import TYPED


@pytest.fixture
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PDP_MAIL_FOLDER", str(tmp_path / "mail"))
    monkeypatch.setenv("PDP_CONFIRMATION_URL", "http://portal.test/register/confirmation")
    return tmp_path / "mail"


def _letter(mail: Path) -> str:
    [file] = mail.glob("*.eml")
    return message_from_bytes(file.read_bytes(), policy=policy.default).get_content()


async def _filled(tab: Tab, **changed: dict[str, str]) -> None:
    for part in ORDER:
        answer = await tab.fill(f"/register/{part}", TYPED[part] | changed.get(part, {}))
        assert answer.status_code == 303, answer.text


async def test_a_firm_registers_page_by_page_and_its_contact_confirms(portal: Visitors, mail: Path) -> None:
    registration = await portal.real("registration")
    tab = Tab(portal.stage)
    await _filled(tab)
    check = (await tab.get("/register/check")).text
    for shown in ("tnb-861214-ph9", "Well formed", "Querétaro", "98.5 %", "CQI-11 2026-02-01", "January 31, 2027"):
        assert shown in check, shown
    sent = await tab.fill("/register/check", {"notice": NOTICE})
    assert (sent.status_code, DRAFT in tab.cookies) == (303, False)
    assert "A mail" not in (await tab.get(sent.headers["location"])).text
    assert await portal.stage.rows("SELECT * FROM draft") == []
    [claim] = await registration.rows("SELECT id, profile, privacy_notice FROM claim")
    assert claim["privacy_notice"] == NOTICE
    link = re.search(r"http://portal\.test(/register/confirmation\?\S+)", _letter(mail))
    assert link is not None
    contact = Tab(portal.stage)
    page = await contact.get(link[1])
    assert str(claim["id"]) in page.text
    assert await registration.rows("SELECT * FROM supplier") == [], "whoever opens the link has not confirmed"
    answer = await contact.fill(link[1], {"registration": str(claim["id"]), "code": code_for(mail, str(claim["id"]))})
    assert answer.status_code == 200
    [firm] = await registration.rows("SELECT * FROM supplier")
    [certificate] = json.loads(firm["offering"])["certificates"]
    assert (certificate["number"], json.loads(firm["plants"])[0]["name"]) == ("MX-0041", "Planta Norte")
    assert firm["folio"] in answer.text
    assert "is confirmed" in answer.text


async def test_a_code_that_does_not_fit_is_said_and_can_be_typed_again(portal: Visitors) -> None:
    await portal.real("registration")
    for typed in ({"registration": "no id", "code": "x"}, {"registration": "", "code": ""}):
        answer = await Tab(portal.stage).fill("/register/confirmation", typed)
        assert answer.status_code in (403, 422)
        assert 'id="problem"' in answer.text
        assert 'name="code"' in answer.text


async def test_what_is_wrong_leads_to_where_it_is_typed(portal: Visitors) -> None:
    await portal.real("registration")
    for part, field, value in (
        ("identity", "rfc", "XAXX010101000"),
        ("business", "scian", "12"),
        ("size", "workers", "many"),
        ("contact", "contact.email", "ana"),
        ("quality", "offering.otif_bp_12m", "300"),
    ):
        tab = Tab(portal.stage)
        await _filled(tab, **{part: {field: value}})
        answer = await tab.fill("/register/check", {"notice": NOTICE})
        assert (answer.status_code, f'href="/register/{part}?then=check#{field}"' in answer.text) == (422, True), field
        assert f'value="{value}"' in (await tab.get(f"/register/{part}")).text, "nothing typed is lost"
    tab = Tab(portal.stage)
    await _filled(tab, processes={"area": "P99", "special_processes": ""})
    answer = await tab.fill("/register/check", {"notice": NOTICE})
    assert 'href="/register/processes?number=0&amp;then=check#area"' in answer.text or "number=0&then" in answer.text


async def test_the_privacy_notice_has_a_version_and_is_asked_for(portal: Visitors) -> None:
    await portal.real("registration")
    tab = Tab(portal.stage)
    await _filled(tab)
    for notice in ("", "2019-1"):
        answer = await tab.fill("/register/check", {"notice": notice})
        assert (answer.status_code, 'href="#notice"' in answer.text) == (422, True)
    assert NOTICE in (await tab.get("/privacy")).text


async def test_a_registration_that_was_sent_twice_is_one(portal: Visitors) -> None:
    registration = await portal.real("registration")
    tab = Tab(portal.stage)
    await _filled(tab)
    kept = dict(tab.cookies)
    [draft] = await portal.stage.rows("SELECT * FROM draft")
    for _ in range(2):
        tab.cookies = dict(kept)
        async with portal.stage.database.connection() as connection:
            await connection.execute("INSERT INTO draft VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", *draft.values())
        assert (await tab.fill("/register/check", {"notice": NOTICE})).status_code == 303
    assert len(await registration.rows("SELECT * FROM claim")) == 1


async def test_what_is_typed_is_kept_for_this_browser_alone_and_sealed(portal: Visitors) -> None:
    tab, other = Tab(portal.stage), Tab(portal.stage)
    await tab.fill("/register/contact", TYPED["contact"])
    assert "ana@tornillos.mx" in (await tab.get("/register/contact")).text
    assert "ana@tornillos.mx" not in (await other.get("/register/contact")).text
    [row] = await portal.stage.rows("SELECT * FROM draft")
    assert not [value for value in row.values() if b"tornillos" in str(value).encode() or value == tab.cookies[DRAFT]]


async def test_areas_are_added_changed_and_taken_out(portal: Visitors) -> None:
    tab = Tab(portal.stage)
    for area in ("P01", "P02", "P03"):
        await tab.fill("/register/processes", {"area": area, "materials": ""})
    await tab.fill("/register/processes?number=1", {"area": "P22", "materials": "cobre"})
    await tab.fill("/register/processes", {}, to="/register/processes/0/removal")
    page = (await tab.get("/register/processes")).text
    assert re.findall(r'<h2 id="item-\d">(\w+)', page) == ["P22", "P03"]
    assert (await tab.get("/register/processes?number=5")).status_code == 404


async def test_what_was_typed_can_be_discarded(portal: Visitors) -> None:
    tab = Tab(portal.stage)
    assert "/register/discard" not in (await tab.get("/register")).text
    await tab.fill("/register/contact", TYPED["contact"])
    assert "/register/discard" in (await tab.get("/register")).text
    answer = await tab.fill("/register", {}, to="/register/discard")
    assert (answer.headers["location"], DRAFT in tab.cookies) == ("/register", False)
    assert await portal.stage.rows("SELECT * FROM draft") == []


WIDE = '"'
"""Five bytes of HTML each."""
FULL = {each.name: WIDE * each.longest for each in PROCESS}
PAGE_BYTES = 70_000


SMALL = {each.name: "7" for each in PROCESS}


async def _typed_in_full(portal: Visitors, monkeypatch: pytest.MonkeyPatch, *processes: dict[str, str]) -> Tab:
    """Every field with as much as it takes, of what takes most room on pages."""
    monkeypatch.setattr(RateLimit, "take", lambda _limit, _address: 0.0)
    tab = Tab(portal.stage)
    for part, fields in PARTS.items():
        full = {each.name: WIDE * each.longest for each in fields}
        assert (await tab.fill(f"/register/{part}", full)).status_code == 303
    told = [(await tab.fill("/register/processes", given)).status_code for given in processes]
    assert set(told) == {303}
    return tab


@pytest.mark.parametrize("processes", [[FULL] * 5, [FULL] * 4 + [SMALL] * 31], ids=["few", "many"])
async def test_no_page_of_a_draft_is_large(
    portal: Visitors, monkeypatch: pytest.MonkeyPatch, processes: list[dict[str, str]]
) -> None:
    tab = await _typed_in_full(portal, monkeypatch, *processes)
    paths = [f"/register/{part}" for part in (*PARTS, "check")] + ["/register"]
    paths += [f"/register/processes?page={page}" for page in range(5)]
    paths += ["/register/processes?number=0"]
    sizes = {path: len((await tab.get(path)).content) for path in paths}
    assert max(sizes.values()) < PAGE_BYTES, sizes


async def test_a_draft_has_a_bound(portal: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = await _typed_in_full(portal, monkeypatch, *[FULL] * 5)
    told = [await tab.fill("/register/processes", FULL) for _ in range(15)]
    assert (told[-1].status_code, "more than a registration holds" in told[-1].text) == (413, True)
    [row] = await portal.stage.rows("SELECT octet_length(sealed) AS length FROM draft")
    assert row["length"] < MOST_BYTES + 100


@pytest.mark.parametrize("part", ORDER)
async def test_no_field_takes_more_than_its_stage(portal: Visitors, part: str) -> None:
    fields = LISTS.get(part) or PARTS[part]
    for each in fields:
        tab = Tab(portal.stage)
        answer = await tab.fill(f"/register/{part}", {each.name: "x" * (each.longest + 1)})
        assert (answer.status_code, "Go back and shorten it" in answer.text) == (422, True), each.name
    assert await portal.stage.rows("SELECT * FROM draft") == []


async def test_an_rfc_is_explained_while_it_is_typed(portal: Visitors) -> None:
    await portal.real("registration")
    tab = Tab(portal.stage)
    for rfc, told in (("TNB861214PH9", "Well formed"), ("TNB861214PH1", "check digit does not fit"), ("TNB", "no RFC")):
        answer = await tab.fill("/register/identity", {"rfc": rfc}, to="/register/rfc")
        assert (answer.status_code, told in answer.text, "<html" in answer.text) == (200, True, False), rfc
    assert "<p" not in (await tab.fill("/register/identity", {"rfc": " "}, to="/register/rfc")).text
    assert "rfc=" not in (await tab.get("/register/identity")).text, "it stands in no address"


async def test_what_cannot_be_read_is_said_before_it_is_sent(portal: Visitors) -> None:
    tab = Tab(portal.stage)
    await _filled(tab)
    await tab.fill("/register/quality", {"offering.otif_bp_12m": "97,5"})
    answer = await tab.fill("/register/check", {"notice": NOTICE})
    assert (answer.status_code, "as 97, 97.5 or 97 %" in answer.text) == (422, True)
    assert "/register/quality?then=check#offering.otif_bp_12m" in answer.text
    assert not [each for each in portal.others.asked if each.url.path == "/suppliers"]


async def test_while_registration_is_away_nothing_is_lost(portal: Visitors) -> None:
    tab = Tab(portal.stage)
    await _filled(tab)
    answer = await tab.fill("/register/check", {"notice": NOTICE})
    assert (answer.status_code, "Nothing is lost" in answer.text) == (503, True)
    assert "Tornillos del Norte" in answer.text


async def test_limits_are_of_each_browser(portal: Visitors) -> None:
    tab = Tab(portal.stage)
    await _filled(tab)
    portal.others.answer("registration", "/suppliers", {"id": "x", "expires_at": "2026-12-01T00:00:00Z"}, 202)
    await tab.fill("/register/check", {"notice": NOTICE})
    sent = next(each for each in portal.others.asked if each.url.path == "/suppliers")
    assert sent.headers["X-Forwarded-For"] == "127.0.0.1"


def test_mails_lead_to_pages_of_the_portal() -> None:
    app = pages(None)  # type: ignore[arg-type]  # nobody asks it
    there = {route.path for route in app.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())}
    told = process.stage_environment({"portal": 8100})
    assert {httpx.URL(value).path for name, value in told.items() if name.endswith("_URL")} <= there
    for file, marks in (
        ("deploy/compose/compose.yaml", ("106/register/confirmation}", "106/invitation}")),
        ("deploy/kubernetes/chart/templates/deployment.yaml", ('"%s/register/confirmation"', '"%s/invitation"')),
    ):
        text = (Path(__file__).parents[2] / file).read_text()
        assert [mark for mark in marks if mark not in text] == [], file
