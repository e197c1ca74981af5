"""Prospects over HTTP: brought by files, listed and counted, invited, and known again when they register."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from services.registration.app import build
from services.registration.domain.prospect import RegisterEntry
from services.registration.files.prospects import read, wanted
from services.registration.handlers.prospects import bring
from services.registration.store.prospects import prospects
from shared.files.sheet import rows
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.registration.bodies_given import registered
from tests.registration.files_given import upload
from tests.registration.given import NOW

REGISTERS = Path(__file__).with_name("registers")
RETC = (REGISTERS / "retc.csv").read_bytes()
DENUE = (REGISTERS / "denue.csv").read_bytes()
REAL = Path("/work/shared/data/retc_manufactura_automotriz_mx_2014_2022.csv")
IMPORTS = "/prospects/imports"


async def get(stage: StageUnderTest, path: str, **query: str) -> dict[str, Any]:
    answer = await stage.client.get(path, params=query, headers=stage.headers("operator"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def listed(stage: StageUnderTest, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await get(stage, "/prospects", **query))["items"]
    return items


async def of(stage: StageUnderTest, number: str) -> dict[str, Any]:
    return next(each for each in await listed(stage) if each["source_id"] == number)


async def act(stage: StageUnderTest, prospect: str, what: str, **body: Any) -> Response:
    return await stage.client.post(f"/prospects/{prospect}/{what}", json=body, headers=stage.headers("operator"))


async def fill(stage: StageUnderTest) -> None:
    """With the plants of the invented file, as an import writes them."""
    found = [read(row, None) for row in rows(BytesIO(RETC), wanted(100))]
    new = [bring(None, entry, NOW) for entry in found if isinstance(entry, RegisterEntry)]
    async with stage.database.transaction() as connection:
        await prospects.save_many(connection, new, ())


@pytest.fixture
async def brought(stage: StageUnderTest) -> StageUnderTest:
    await fill(stage)
    return stage


async def test_both_registers_go_in_and_again_change_nothing(stage: StageUnderTest) -> None:
    assert (await upload(stage, IMPORTS, RETC, edition="2025-11")).json()["outcomes"] == {"added": 6}
    denue = (await upload(stage, IMPORTS, DENUE, edition="2025-11")).json()
    assert (denue["outcomes"], denue["refused"]) == ({"added": 4}, 1)
    assert [(row["line"], row["column"], row["reason"]) for row in denue["refused_rows"]] == [
        (6, "cve_ent", "state_unknown")
    ]
    for content, known in ((RETC, 6), (DENUE, 4)):
        again = (await upload(stage, IMPORTS, content, edition="2025-11")).json()
        assert again["outcomes"] == {"unchanged": known}
    assert len(await listed(stage)) == 10
    assert await stage.told() == []
    assert await stage.rows(
        "SELECT count(*) FROM prospect_area WHERE prospect_id NOT IN (SELECT id FROM prospect)"
    ) == [{"count": 0}]


async def test_a_newer_file_says_how_it_is_now(brought: StageUnderTest) -> None:
    newer = RETC.replace(b"Estampado y soldadura de piezas", b"Comercio").replace(b",2022\r\n", b",2023\r\n")
    answer = await upload(brought, IMPORTS, newer)
    assert answer.json()["outcomes"] == {"changed": 2, "unchanged": 4}
    one = await of(brought, "EJE0100100001")
    assert (one["activity"], one["edition"], one["areas"][0]["confidence"]) == ("Comercio", "2023", "medium")


@pytest.mark.parametrize("edition", ["noviembre", "2025-13", "2025-00", "0025"])
async def test_an_edition_has_a_form(stage: StageUnderTest, edition: str) -> None:
    answer = await upload(stage, IMPORTS, DENUE, edition=edition)
    assert (answer.status_code, answer.json()["title"]) == (422, "edition_form")


async def test_each_says_where_it_may_belong_and_why(brought: StageUnderTest) -> None:
    one = await of(brought, "EJE0100100001")
    assert one["areas"][0] == {
        "area": "P01",
        "confidence": "high",
        "why": [
            {"basis": "scian", "said": "336370"},
            {"basis": "activity", "said": "Estampado"},
            {"basis": "branch", "said": "estampadas"},
        ],
    }
    unplaced = await of(brought, "EJE0300300003")
    assert (unplaced["areas"], unplaced["status"], unplaced["name"]) == (
        [],
        "prospect",
        "EMPRESA EJEMPLO, S.A.P.I. DE C.V.",
    )


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"area": "P01"}, ["EJE0100100001", "EJE0400400004"]),
        ({"area": "P01", "confidence": "low"}, ["EJE0400400004"]),
        ({"area": "P01", "state": "05"}, ["EJE0400400004"]),
        ({"area": "P01", "status": "invited"}, []),
        ({"confidence": "none"}, ["EJE0300300003"]),
        ({"state": "22", "confidence": "high"}, ["EJE0200200002"]),
        ({"area": "P35"}, []),
    ],
)
async def test_filters(brought: StageUnderTest, query: dict[str, str], numbers: list[str]) -> None:
    assert [each["source_id"] for each in await listed(brought, **query)] == numbers


@pytest.mark.parametrize(
    "query", [{"area": "P99"}, {"state": "33"}, {"confidence": "sure"}, {"status": "new"}, {"q": "x"}]
)
async def test_filters_that_are_none(stage: StageUnderTest, query: dict[str, str]) -> None:
    answer = await stage.client.get("/prospects", params=query, headers=stage.headers("operator"))
    assert answer.status_code == 422


@pytest.mark.parametrize("query", [{}, {"area": "P01"}])
async def test_pages_show_each_once_the_surest_first(brought: StageUnderTest, query: dict[str, str]) -> None:
    whole, paged, after = await listed(brought, **query), [], None
    while True:
        page = await get(brought, "/prospects", limit="1", **query, **({"after": after} if after else {}))
        paged += page["items"]
        if (after := page["next"]) is None:
            break
    assert paged == whole
    assert len({each["id"] for each in whole}) == len(whole) > 1


async def test_coverage_counts_firms_beside_prospects(brought: StageUnderTest) -> None:
    await registered(brought)
    one = await of(brought, "EJE0100100001")
    assert (await act(brought, one["id"], "invitation", channel="letter")).status_code == 200
    found = {(each["area"], each["state"]): each for each in (await get(brought, "/prospects/coverage"))["items"]}
    none = {"high": 0, "medium": 0, "low": 0, "none": 0}
    nobody = {"registered": 0, "prospects": none, "invited": 0, "linked": 0, "not_interested": 0}
    assert found["P14", "22"] == nobody | {"area": "P14", "state": "22", "registered": 1}
    assert found["P01", "11"] == nobody | {"area": "P01", "state": "11", "invited": 1}
    assert found["P01", "05"]["prospects"] == none | {"low": 1}
    assert found["P23", "22"]["prospects"] == none | {"high": 1}
    assert found[None, "28"]["prospects"] == none | {"none": 1}
    some = (await get(brought, "/prospects/coverage", area="P01", state="05"))["items"]
    assert some == [found["P01", "05"]]


async def test_an_invitation_says_who_when_and_how_and_every_act_is_taken_back(stage: StageUnderTest) -> None:
    await fill(stage)
    one = await of(stage, "EJE0100100001")
    steps = [
        ("invitation", {"channel": "telephone", "note": "Contestó recepción"}, "invited"),
        ("invitation", {"channel": "letter"}, "invited"),
        ("refusal", {"note": "No por ahora"}, "not_interested"),
        ("reopening", {}, "prospect"),
        ("refusal", {}, "not_interested"),
    ]
    for what, body, status in steps:
        answer = await act(stage, one["id"], what, **body)
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    acts = answer.json()["acts"]
    assert [(each["act"], each["by"], each["channel"], each["note"]) for each in acts] == [
        ("invite", "operator-1", "telephone", "Contestó recepción"),
        ("invite", "operator-1", "letter", None),
        ("decline", "operator-1", None, "No por ahora"),
        ("reopen", "operator-1", None, None),
        ("decline", "operator-1", None, None),
    ]
    refused = await act(stage, one["id"], "invitation", channel="letter")
    assert (refused.status_code, refused.json()["title"]) == (409, "prospect_status")
    assert await stage.told() == []
    assert [each["status"] for each in await listed(stage, area="P01", status="not_interested")] == ["not_interested"]


async def test_acts_that_are_refused(brought: StageUnderTest) -> None:
    one = await of(brought, "EJE0100100001")
    for body in ({"channel": "letter", "note": "ana@ejemplo.mx"}, {"channel": "pigeon"}, {}):
        assert (await act(brought, one["id"], "invitation", **body)).status_code == 422
    unknown = await act(brought, "00000000-0000-0000-0000-000000000009", "invitation", channel="letter")
    assert (unknown.status_code, unknown.json()["title"]) == (404, "prospect_unknown")
    stale = await brought.client.post(
        f"/prospects/{one['id']}/refusal", json={}, headers=brought.headers("operator") | {"If-Match": '"other"'}
    )
    assert stale.status_code == 412
    for role in ("supplier", "anchor", "expert"):
        answer = await brought.client.get("/prospects", headers=brought.headers(role))
        assert answer.status_code == 403


async def test_a_firm_of_the_same_name_and_state_is_suggested_and_confirmed_or_not(stage: StageUnderTest) -> None:
    await fill(stage)
    one = await of(stage, "EJE0100100001")
    firm = await registered(stage, legal_name="Troquelados Ejemplo SA de CV", state="11", municipality="11037")
    [seen] = (await get(stage, "/prospects/suggestions"))["items"]
    assert (seen["prospect"]["id"], seen["supplier_id"], seen["folio"]) == (one["id"], firm["id"], firm["folio"])
    assert (await act(stage, one["id"], "link", supplier_id=firm["id"], same=False)).status_code == 200
    assert (await get(stage, "/prospects/suggestions", prospect_id=one["id"]))["items"] == []
    linked = (await act(stage, one["id"], "link", supplier_id=firm["id"], same=True)).json()
    assert (linked["status"], linked["supplier_id"]) == ("registered", firm["id"])
    undone = (await act(stage, one["id"], "reopening")).json()
    assert (undone["status"], undone["supplier_id"]) == ("prospect", None)
    other = await act(stage, one["id"], "link", supplier_id="00000000-0000-0000-0000-000000000009", same=True)
    assert (other.status_code, other.json()["title"]) == (404, "supplier_unknown")


@pytest.mark.parametrize(("there", "suggested"), [("22", 0), ("11", 1)])
async def test_a_firm_of_another_state_is_suggested_where_it_has_a_plant_there(
    brought: StageUnderTest, there: str, suggested: int
) -> None:
    plants = [{"name": "Matriz", "state": "22"}, {"name": "Planta dos", "state": there}]
    await registered(brought, legal_name="Troquelados Ejemplo SA de CV", municipality=None, plants=plants)
    assert len((await get(brought, "/prospects/suggestions"))["items"]) == suggested


async def test_other_tables_place_all_of_them_anew(brought: StageUnderTest) -> None:
    before = await listed(brought)
    await brought.rows("UPDATE prospect SET rules = 'older', areas = '[]', grade = 4")
    await brought.rows("DELETE FROM prospect_area")
    await brought.rows(
        "INSERT INTO sweep (id, kind, args, requested_at, correlation_id)"
        " SELECT gen_random_uuid(), 'place_prospects', jsonb_build_object('rules', $1::text), now(), 'x'",
        before[0]["rules"],
    )
    await brought.sweep()
    assert await listed(brought) == before


@pytest.fixture
async def roomy(migrated: Migrated) -> AsyncIterator[StageUnderTest]:
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("registration")) as running:
        yield running


@pytest.mark.skipif(not REAL.exists(), reason="the public file is not on this machine")
async def test_the_real_file_of_retc_goes_in_whole(roomy: StageUnderTest) -> None:
    answer = await upload(roomy, IMPORTS, await asyncio.to_thread(REAL.read_bytes))
    assert (answer.json()["rows"], answer.json()["outcomes"], answer.json()["refused"]) == (1996, {"added": 1996}, 0)
    states = await roomy.rows(
        "SELECT state, count(*) FROM prospect WHERE automotive GROUP BY state ORDER BY 2 DESC LIMIT 10"
    )
    assert [(row["state"], row["count"]) for row in states] == [
        ("11", 90),
        ("05", 86),
        ("19", 72),
        ("22", 65),
        ("28", 58),
        ("08", 56),
        ("15", 53),
        ("24", 45),
        ("01", 36),
        ("21", 27),
    ]
    [kept] = await roomy.rows(
        "SELECT count(*), count(name) AS named, count(*) FILTER (WHERE grade = 4) AS unplaced FROM prospect"
    )
    assert (kept["count"], kept["named"]) == (1996, 1995)
    found = (await get(roomy, "/prospects/coverage", area="P19"))["items"]
    assert sum(sum(each["prospects"].values()) for each in found) > 100
