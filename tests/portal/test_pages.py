"""Every page: who gets it, in which language, and what it tells the browser."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi.routing import APIRoute

from services.portal.api.asking import SESSION, _file, _form
from services.portal.api.errors import POLICY
from services.portal.identity.provider import SIGNED_OUT
from services.portal.views.reading import read as document
from shared.contracts import audit as catalogue
from shared.contracts.event import Actor
from shared.i18n import LANGUAGES, Catalogue, Language
from shared.messaging import actors
from shared.service.callers import Role
from shared.service.http.routes import dependants
from tests.portal.conftest import Visitors
from tests.portal.events import ANCHOR, OTHER_SUPPLIER, SUPPLIER
from tests.portal.issuer import URL
from tests.portal.walks import (
    ELSEWHERE,
    FORMS,
    LIVE,
    PAGES,
    SHOWN,
    _of,
    _roles,
    _routes,
    _with,
    filled,
    walk,
    walked,
)

__all__ = ["filled", "walk", "walked"]


@pytest.fixture(autouse=True)
def _worded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No page shows a code in the place of its message, to whomever it is shown."""
    raw: set[str] = set()
    word = Catalogue.text

    def text(self: Catalogue, code: str, language: Language, /, **params: object) -> str:
        said = word(self, code, language, **params)
        if said == code:
            raw.add(code)
        return said

    monkeypatch.setattr(Catalogue, "text", text)
    yield
    assert raw == set()


@pytest.mark.parametrize(("path", "roles"), [(path, roles) for path, roles in PAGES if path not in ELSEWHERE])
async def test_a_page_is_for_its_roles(walked: Visitors, path: str, roles: frozenset[Role] | None) -> None:
    nobody = await walked.anybody().get(_of(path))
    if roles is None:
        assert nobody.status_code == 200
    else:
        assert (nobody.status_code, nobody.headers["location"].startswith("/sign-in?")) == (303, True)
    if path in LIVE:
        walked.stage.app.state.stopping.set()
    for role in Role:
        answer = await (await _with(walked, role)).get(_of(path))
        assert answer.status_code == (200 if role in (roles or Role) else 403), role


@pytest.mark.parametrize(("path", "roles"), SHOWN)
async def test_a_page_is_whole(walked: Visitors, path: str, roles: frozenset[Role] | None) -> None:
    for language in LANGUAGES:
        browser = walked.anybody(language) if roles is None else await _with(walked, next(iter(roles)), language)
        answer = await browser.get(_of(path))
        assert answer.status_code == 200, language
        assert f'<html lang="{language}">' in answer.text
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert "style=" not in answer.text
        assert "onclick" not in answer.text


UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
OF_FIRMS_AND_BUYERS = [(path, roles) for path, roles in SHOWN if roles and roles <= {Role.SUPPLIER, Role.ANCHOR}]


@pytest.mark.parametrize(("path", "roles"), OF_FIRMS_AND_BUYERS)
async def test_nobody_outside_the_program_reads_an_id(walked: Visitors, path: str, roles: frozenset[Role]) -> None:
    page = (await (await _with(walked, next(iter(roles)))).get(_of(path))).text
    read = document(page)
    shown = [read.title, *(block.text for block in read.blocks)]
    shown += [cell.text for block in read.blocks for row in block.rows for cell in row]
    assert [text for text in shown if UUIDS.search(text)] == []


NOT_OF_A_FIRM = {
    "list_requirements": "what the buyer's own anchor asks for, and counts",
    "ask_new": "an empty form",
    "publish": "what the buyer asks for",
    "ask_change": "what the buyer asks for",
    "change": "what the buyer asks for",
    "show_near": "firms that nobody names",
    "list_meeting_days": "what is planned, without its meetings",
    "plan_meeting_day": "what is planned",
    "list_acts": "what the stages recorded, as they show it",
}
OWN = ("/firms", "/requirements", "/meetings")
"""Pages below show firms as the portal knows them. All others show them as a stage shows them to the person, who is on
record there (`tests/http/test_actor.py`); or to their own people (`test_a_firm_s_own_people_are_on_record_too`).
"""


@pytest.mark.parametrize(
    "route", [each for each in _routes() if _roles(each) and each.path.startswith(OWN)], ids=lambda route: route.name
)
async def test_a_look_at_a_firm_is_on_record(filled: Visitors, route: APIRoute) -> None:
    """Also where a form is refused, and its page shown again. Who cannot be put on record sees nothing."""
    assert (route.name in catalogue.READS["portal"]) != (route.name in NOT_OF_A_FIRM)
    if route.name in NOT_OF_A_FIRM:
        return
    [role, *_] = sorted(_roles(route) or ())
    browser = await _with(filled, role)
    look = browser.get if "GET" in (route.methods or ()) else browser.post
    seen = await look(_of(route.path))
    rows = await filled.stage.rows("SELECT action, actor, about, correlation_id FROM audit ORDER BY id")
    read = catalogue.read("portal", route.name)
    assert read is not None
    assert (read.act, seen.headers["X-Correlation-Id"]) in {(row["action"], row["correlation_id"]) for row in rows}
    assert {actors.read(row["actor"]) for row in rows} == {_actor(role)}
    assert {row["about"] for row in rows} <= {SUPPLIER, OTHER_SUPPLIER}
    await filled.stage.rows("ALTER TABLE audit ADD CONSTRAINT closed CHECK (false) NOT VALID")
    assert (await look(_of(route.path))).status_code == 500


async def test_a_firm_s_own_people_are_on_record_too(filled: Visitors) -> None:
    await (await _with(filled, Role.SUPPLIER)).get("/my-firm")
    rows = await filled.stage.rows("SELECT action, actor, about FROM audit")
    assert [(row["action"], actors.read(row["actor"]), row["about"]) for row in rows] == [
        ("portal:supplier:viewed", _actor(Role.SUPPLIER), SUPPLIER)
    ]


def _actor(role: Role) -> Actor:
    return Actor(f"{role}-1", str(role), {Role.SUPPLIER: SUPPLIER, Role.ANCHOR: ANCHOR}.get(role))


BY_SECRET = {"/news/stop"}
"""What programs of mail post to, which open no page of ours: whoever knows the link's secret may."""


def test_every_form_is_checked() -> None:
    assert FORMS
    for path, route in FORMS:
        if path in BY_SECRET:
            continue
        assert {_form, _file} & {each.call for each in dependants(route.dependant)}, path


async def test_a_form_comes_from_a_page_of_ours(filled: Visitors) -> None:
    for path, route in FORMS:
        if path in BY_SECRET:
            continue
        role = next(iter(_roles(route) or {Role.OPERATOR}))
        browser, other = await _with(filled, role), await _with(filled, role)
        assert other.cookie is not None
        for origin in ("https://evil.test", "null", f"{URL}.evil.test", ""):
            answer = await browser.post(_of(path), Origin=origin)
            assert answer.status_code == 403, (path, origin)
        takes_file = _file in {each.call for each in dependants(route.dependant)}
        files = {"file": ("a.csv", b"")} if takes_file else None
        for token in ("x" * 80, other.cookie.token()):
            assert (await browser.upload(_of(path), files, {"token": token})).status_code == 403, path


async def test_whoever_signs_out_is_out(filled: Visitors) -> None:
    browser = await _with(filled, Role.OPERATOR)
    assert (await browser.post("/sign-out")).headers["location"] == SIGNED_OUT
    assert (await browser.get("/operator")).status_code == 303


async def test_nobody_is_sent_to_the_host_that_they_name(filled: Visitors) -> None:
    browser = await _with(filled, Role.OPERATOR)
    assert (await browser.get("/firms/")).status_code == 404


async def test_what_is_not_there_is_a_page_too(filled: Visitors) -> None:
    browser = await _with(filled, Role.OPERATOR)
    for path in ("/nothing", f"/firms/{UUID(int=1)}", "/firms/no-id", "/static/0/portal.css", "/static/0/../x"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), path


@pytest.mark.parametrize("back", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:1", "/a\nb", "/%0a"])
async def test_a_way_back_stays_here(portal: Visitors, back: str) -> None:
    answer = await portal.stage.client.get("/language/en", params={"back": back})
    assert answer.headers["location"] == ("/%0a" if back == "/%0a" else "/")


async def test_the_store_has_no_token(filled: Visitors) -> None:
    browser = await _with(filled, Role.OPERATOR)
    assert browser.cookie is not None
    [row] = await filled.stage.rows("SELECT * FROM session")
    kept = repr(row).encode()
    assert browser.cookie.value.encode() not in kept
    assert b"eyJ" not in kept
    assert SESSION.encode() not in kept
