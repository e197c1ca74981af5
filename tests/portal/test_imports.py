"""Files of an operator: passed on to their stage as they come, and followed until they have ended."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.service.http.routes import MAX_FILE_BYTES
from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors
from tests.portal.forms import refuse
from tests.portal.issuer import URL

IMPORT = str(UUID(int=0xF11E))
FILE = {"file": ("firmas.csv", b"rfc;nombre\nTNB861214PH9;Forjas\n", "text/csv")}
STAGES = {
    "suppliers": ("registration", "/suppliers/imports"),
    "anchors": ("registration", "/anchors/imports"),
    "requirements": ("matching", "/requirements/imports"),
    "lists": ("registration", "/screening/lists/imports"),
    "prospects": ("registration", "/prospects/imports"),
}


@pytest.fixture
async def operator(portal: Visitors) -> Browser:
    scripted.answer(portal.others, {"import_id": IMPORT})
    return await portal.signed_in("operator")


def _import(portal: Visitors, **changed: object) -> None:
    begun = {"id": IMPORT, "state": "running", "rows": 400, "read": 120, "accepted": 118, "refused": 2, "outcomes": {}}
    rows = [{"line": 7, "column": "rfc", "reason": "rfc_length", "detail": "El RFC tiene 12 o 13 letras."}]
    ended = {"refused_rows": rows, "reason": None, "detail": None, "received_at": "2026-03-02T15:04:05Z"}
    ended |= {"refused_until": None, "ignored_columns": []}
    for stage, path in STAGES.values():
        portal.others.answer(stage, f"{path}/{IMPORT}", begun | ended | {"ended_at": None} | changed)


@pytest.mark.parametrize("kind", STAGES)
async def test_a_file_is_passed_on_to_its_stage(portal: Visitors, operator: Browser, kind: str) -> None:
    stage, path = STAGES[kind]
    portal.others.answer(stage, path, {"id": IMPORT}, 201)
    page = (await operator.get("/imports")).text
    assert page.count('enctype="multipart/form-data"') == 5
    answer = await operator.upload(f"/imports/{kind}", FILE, {"key": "k" * 32, "list_date": "2026-01-31"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/imports/{kind}/{IMPORT}")
    sent = portal.others.asked[-1]
    assert (sent.url.host, sent.url.path) == (f"{stage}.test", path)
    assert (sent.headers["Idempotency-Key"], sent.headers["Prefer"]) == ("k" * 32, "wait=0")
    assert b'name="file"; filename="firmas.csv"' in sent.content
    assert b"TNB861214PH9;Forjas" in sent.content
    assert (b"2026-01-31" in sent.content) == (kind == "lists"), "a stage takes no field that it does not know"
    assert b"token" not in sent.content


async def test_a_form_without_a_file_is_the_stages_to_refuse(portal: Visitors, operator: Browser) -> None:
    refuse(portal.others, "registration", "/suppliers/imports", 422)
    answer = await operator.upload("/imports/suppliers", {"other": (None, b"")})
    assert answer.status_code == 422
    assert 'id="suppliers-file-error"' in answer.text
    assert b"multipart/form-data" in portal.others.asked[0].headers["Content-Type"].encode()


async def test_what_is_too_large_is_not_read(operator: Browser) -> None:
    answer = await operator.upload("/imports/suppliers", FILE, **{"Content-Length": str(MAX_FILE_BYTES + 1)})
    assert answer.status_code == 413
    assert (await operator.post("/imports/suppliers", {"a": "b"})).status_code == 415
    assert (await operator.upload("/imports/nothing", FILE)).status_code == 404


async def test_an_import_is_followed_with_and_without_scripts(portal: Visitors, operator: Browser) -> None:
    _import(portal)
    page = (await operator.get(f"/imports/suppliers/{IMPORT}")).text
    for told in ("120 de 400", 'hx-trigger="every 1s"', 'http-equiv="refresh"', '<progress max="400" value="120"'):
        assert told in page, told
    part = await operator.get(f"/imports/suppliers/{IMPORT}/progress")
    assert ("<html" in part.text, "120 de 400" in part.text) == (False, True)
    _import(portal, state="done", read=400, ended_at="2026-03-02T15:05:05Z", outcomes={"registered": 398})
    for path in ("", "/progress"):
        ended = (await operator.get(f"/imports/suppliers/{IMPORT}{path}")).text
        for told in ("registradas: 398", "El RFC tiene 12 o 13 letras.", ">7</th>"):
            assert told in ended, told
        assert "hx-trigger" not in ended
        assert "refresh" not in ended


async def test_refused_rows_come_by_the_hundred(portal: Visitors, operator: Browser) -> None:
    rows: list[dict[str, Any]] = [
        {"line": line, "column": "rfc", "reason": "rfc_length", "detail": f"fila {line}"} for line in range(2, 252)
    ]
    _import(portal, state="done", ended_at="2026-03-02T15:05:05Z", refused_rows=rows)
    first = await operator.get(f"/imports/suppliers/{IMPORT}")
    assert ("fila 101<" in first.text, "fila 102<" in first.text, "skip=100" in first.text) == (True, False, True)
    last = await operator.get(f"/imports/suppliers/{IMPORT}?skip=200")
    assert ("fila 251<" in last.text, 'rel="next"' in last.text) == (True, False)


async def test_a_file_comes_from_a_page_of_ours(portal: Visitors, operator: Browser) -> None:
    for headers in ({"Origin": "https://evil.test"}, {"Origin": f"{URL}.evil.test"}):
        assert (await operator.upload("/imports/suppliers", FILE, **headers)).status_code == 403
    assert (await operator.upload("/imports/suppliers", FILE, {"token": "x" * 80})).status_code == 403
    assert [each for each in portal.others.asked if each.method == "POST"] == []


async def test_refused_rows_come_back_as_the_stage_gives_them(portal: Visitors, operator: Browser) -> None:
    until = "2026-03-09T15:05:05Z"
    _import(portal, state="done", ended_at="2026-03-02T15:05:05Z", refused_until=until, ignored_columns=["Notas <x>"])
    page = (await operator.get(f"/imports/suppliers/{IMPORT}")).text
    assert f'href="/imports/suppliers/{IMPORT}/refused"' in page
    assert ("Notas &lt;x&gt;" in page, "9 mar" in page) == (True, True)
    kept = {"Content-Disposition": 'attachment; filename="suppliers.csv"', "Cache-Control": "no-store"}
    path = f"/suppliers/imports/{IMPORT}/refused"
    headers = kept | {"Content-Type": "text/csv; charset=utf-8"}
    portal.others.answers["registration.test", path] = httpx.Response(200, content=b"rfc,motivo\r\n", headers=headers)
    answer = await operator.get(f"/imports/suppliers/{IMPORT}/refused")
    assert (answer.status_code, answer.content) == (200, b"rfc,motivo\r\n")
    assert {name: answer.headers[name] for name in kept} == kept
    assert portal.others.asked[-1].headers["Accept-Language"] == "es"
    refuse(portal.others, "registration", path, 404)
    assert (await operator.get(f"/imports/suppliers/{IMPORT}/refused")).status_code == 404


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_a_template_comes_as_the_stage_gives_it(portal: Visitors, operator: Browser, form: str) -> None:
    page = (await operator.get("/imports")).text
    assert page.count("/template") == 6, "of three kinds, in two forms each; the tax authority's list is its own"
    path, headers = "/suppliers/imports/template", {"Content-Type": "text/csv"}
    portal.others.answers["registration.test", path] = httpx.Response(200, content=b"rfc", headers=headers)
    answer = await operator.get(f"/imports/suppliers/template?form={form}")
    assert (answer.status_code, answer.content) == (200, b"rfc")
    assert portal.others.asked[-1].url.query == f"format={form}".encode()
    for other in ("lists/template", "suppliers/template?form=pdf"):
        assert (await operator.get(f"/imports/{other}")).status_code == 404


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_the_firms_that_are_there_come_as_the_stage_gives_them(
    portal: Visitors, operator: Browser, form: str
) -> None:
    page = (await operator.get("/imports")).text
    assert page.count("/export") == 2, "of firms alone, in two forms"
    path, headers = "/suppliers/export", {"Content-Type": "text/csv"}
    portal.others.answers["registration.test", path] = httpx.Response(200, content=b"rfc", headers=headers)
    answer = await operator.get(f"/imports/suppliers/export?form={form}")
    assert (answer.status_code, answer.content) == (200, b"rfc")
    assert portal.others.asked[-1].url.query == f"format={form}".encode()
    for other in ("anchors/export", "suppliers/export?form=pdf"):
        assert (await operator.get(f"/imports/{other}")).status_code == 404
