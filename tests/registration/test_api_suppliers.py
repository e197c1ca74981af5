import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.files.given import csv_of
from tests.registration.bodies_given import BODY, registered
from tests.registration.conftest import Stage
from tests.registration.files_given import SUPPLIER
from tests.registration.given import DOUBTFUL_RFC, LEGAL_RFC, OTHER_RFC, legal_rfc


async def test_registering_gives_a_receipt_and_one_event(stage: Stage) -> None:
    receipt = await registered(stage)
    assert (receipt["folio"], receipt["status"], receipt["holds"]) == ("PDP-000001", "registered", [])
    assert (receipt["size"]["score"], receipt["size"]["stratum"]) == ("95.10", "medium")
    assert "contact" not in receipt
    ((type_, key, data),) = await stage.events()
    assert (type_, key, data["rfc"]) == ("supplier-registered", UUID(receipt["id"]), LEGAL_RFC)
    assert "persona@ejemplo.mx" not in str(data)


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"rfc": "XAXX010101000"}, 422, "rfc_generic"),
        ({"rfc": "MAB9302308T4"}, 422, "rfc_date"),
        ({"state": "33"}, 422, "state_unknown"),
        ({"annual_sales_mxn": "1.005"}, 422, "annual_sales_range"),
        ({"annual_sales_mxn": "1e400"}, 422, "annual_sales_range"),
        ({"workers": 10**30}, 422, "workers_range"),
        ({"workers": "many"}, 422, "invalid_request"),
        ({"legalname": "x"}, 422, "invalid_request"),
        ({"offering": {"processes": [{"area": "P14", "tolerance": 5}]}}, 422, "invalid_request"),
    ],
)
async def test_a_request_that_cannot_be(stage: Stage, more: dict[str, Any], status: int, code: str) -> None:
    answer = await stage.client.post("/suppliers", json=BODY | more)
    assert (answer.status_code, answer.json()["title"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await stage.events() == []


async def test_one_rfc_registers_once(stage: Stage) -> None:
    await registered(stage)
    again = await stage.client.post("/suppliers", json=BODY | {"rfc": "mab-930714-8t4"})
    assert (again.status_code, again.json()["title"]) == (409, "rfc_taken")
    assert len(await stage.events()) == 1


async def test_a_request_that_is_sent_again_takes_effect_once(stage: Stage) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(
        *(stage.client.post("/suppliers", json=BODY, headers=headers) for _ in range(5)),
        stage.client.post("/suppliers", json=dict(reversed(BODY.items())), headers=headers),
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await stage.events()) == 1
    other = await stage.client.post("/suppliers", json=BODY | {"workers": 52}, headers=headers)
    assert (other.status_code, other.json()["title"]) == (409, "idempotency_key_reused")


async def test_registering_too_often_is_refused(stage: Stage) -> None:
    codes = [(await stage.client.post("/suppliers", json=BODY | {"rfc": "x"})).status_code for _ in range(31)]
    assert codes == [422] * 30 + [429]


async def test_a_held_firm_is_released_by_an_operator(stage: Stage) -> None:
    receipt = await registered(stage, rfc=DOUBTFUL_RFC)
    assert (receipt["status"], receipt["holds"]) == ("held", ["rfc_check_digit"])
    assert await stage.events() == []
    waiting = (await stage.client.get("/suppliers", params={"status": "held"}, headers=stage.operator)).json()
    assert [(item["folio"], item["rfc"]) for item in waiting["items"]] == [(receipt["folio"], DOUBTFUL_RFC)]
    path = f"/suppliers/{receipt['id']}/release"
    wrong = await stage.client.post(path, json={"reasons": ["list_69b_presumed"]}, headers=stage.operator)
    assert (wrong.status_code, wrong.json()["title"]) == (409, "not_held_for")
    right = await stage.client.post(path, json={"reasons": ["rfc_check_digit"]}, headers=stage.operator)
    assert right.json()["status"] == "registered"
    ((type_, _, data),) = await stage.events()
    assert (type_, data["rfc"], data["legal_name"]) == ("supplier-registered", None, None)


async def test_a_presumed_firm_waits_and_a_definitive_one_does_not(stage: Stage) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": "Presunto"}, {"rfc": OTHER_RFC, "situacion": "Definitivo"})
    await stage.upload("/screening/lists", content, list_date="2026-01-01")
    one, other = await registered(stage), await registered(stage, rfc=OTHER_RFC)
    assert (one["status"], one["holds"]) == ("held", ["list_69b_presumed"])
    assert other["status"] == "registered"
    ((_, _, data),) = await stage.events()
    assert data["screening"] == {"list_69b": "definitive", "list_date": "2026-01-01", "tax_opinion": "unknown"}


async def test_a_supplier_changes_its_profile_and_withdraws(stage: Stage) -> None:
    receipt = await registered(stage)
    await stage.events()
    own, path = stage.supplier(receipt["id"]), f"/suppliers/{receipt['id']}"
    changed = await stage.client.put(path, json=BODY | {"workers": 5, "annual_sales_mxn": 1000000}, headers=own)
    assert (changed.json()["size"]["stratum"], changed.json()["annual_sales_mxn"]) == ("micro", "1000000")
    assert (await stage.client.put(path, json=BODY | {"rfc": OTHER_RFC}, headers=own)).json()["title"] == "rfc_fixed"
    gone = await stage.client.post(f"{path}/withdrawal", json={"reason": "ceased_operations"}, headers=own)
    assert (gone.json()["status"], gone.json()["withdrawal"]) == ("withdrawn", "ceased_operations")
    assert [type_ for type_, _, _ in await stage.events()] == ["supplier-changed", "supplier-withdrawn"]
    late = await stage.client.put(path, json=BODY, headers=own)
    assert (late.status_code, late.json()["title"]) == (409, "supplier_withdrawn")


async def test_what_a_supplier_gets_it_can_send_back(stage: Stage) -> None:
    receipt = await registered(stage)
    path, own = f"/suppliers/{receipt['id']}", stage.supplier(receipt["id"])
    await stage.events()
    view = (await stage.client.get(path, headers=own)).json()
    same = await stage.client.put(path, json={name: view[name] for name in BODY}, headers=own)
    assert same.json() == view
    assert await stage.events() == []


async def test_a_contact_can_be_erased(stage: Stage) -> None:
    receipt = await registered(stage)
    await stage.events()
    path = f"/suppliers/{receipt['id']}"
    assert (await stage.client.delete(f"{path}/contact", headers=stage.operator)).status_code == 204
    assert (await stage.client.get(path, headers=stage.operator)).json()["contact"] is None
    async with stage.database.connection() as connection:
        row = await connection.fetchval("SELECT s::text FROM supplier AS s")
    assert "persona" not in row
    assert await stage.events() == []


async def test_unknown_suppliers(stage: Stage) -> None:
    path = f"/suppliers/{uuid4()}"
    answers = [
        await stage.client.get(path, headers=stage.operator),
        await stage.client.put(path, json=BODY, headers=stage.operator),
        await stage.client.delete(f"{path}/contact", headers=stage.operator),
    ]
    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [(404, "supplier_unknown")] * 3


async def test_pages_hold_everybody_once(stage: Stage) -> None:
    await stage.upload("/suppliers/imports", csv_of(*(SUPPLIER | {"rfc": legal_rfc(n)} for n in range(7))))
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await stage.client.get("/suppliers", params={"limit": "3"} | after, headers=stage.operator)).json()
        found += [item["rfc"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(found) == sorted(legal_rfc(n) for n in range(7))
