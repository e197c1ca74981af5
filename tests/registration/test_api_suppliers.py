from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.registration import ContactErased
from shared.testing.stage import StageUnderTest, types
from tests.files.given import csv_of
from tests.registration.bodies_given import BODY, registered
from tests.registration.files_given import SUPPLIER, upload
from tests.registration.given import DOUBTFUL_RFC, LEGAL_RFC, OTHER_RFC, legal_rfc


async def test_registering_gives_a_receipt_and_one_event(stage: StageUnderTest) -> None:
    receipt = await registered(stage)
    assert (receipt["folio"], receipt["status"], receipt["holds"]) == ("PDP-000001", "registered", [])
    assert (receipt["size"]["score"], receipt["size"]["stratum"]) == ("95.10", "medium")
    ((type_, key, data),) = await stage.told()
    assert (type_, key, data["rfc"]) == ("registration.supplier-registered", UUID(receipt["id"]), LEGAL_RFC)
    assert "persona@ejemplo.mx" not in str(data)


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"rfc": "XAXX010101000"}, 422, "rfc_generic"),
        ({"rfc": "MAB9302308T4"}, 422, "rfc_date"),
        ({"state": "33"}, 422, "state_unknown"),
        ({"annual_sales_mxn": 1.005}, 422, "annual_sales_range"),
        ({"annual_sales_mxn": "1.005"}, 422, "invalid_request"),
        ({"annual_sales_mxn": "1e400"}, 422, "invalid_request"),
        ({"workers": 1_000_001}, 422, "workers_range"),
        ({"workers": 10**30}, 422, "invalid_request"),
        ({"workers": "51"}, 422, "invalid_request"),
        ({"exports": 1}, 422, "invalid_request"),
        ({"operating_since": 0}, 422, "invalid_request"),
        ({"workers": "many"}, 422, "invalid_request"),
        ({"legalname": "x"}, 422, "invalid_request"),
        ({"offering": {"processes": [{"area": "P14", "tolerance": 5}]}}, 422, "invalid_request"),
    ],
)
async def test_a_request_that_cannot_be(stage: StageUnderTest, more: dict[str, Any], status: int, code: str) -> None:
    answer = await stage.client.post("/suppliers", json=BODY | more)
    assert (answer.status_code, answer.json()["title"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await stage.told() == []


async def test_registering_too_often_is_refused(stage: StageUnderTest) -> None:
    codes = [(await stage.client.post("/suppliers", json=BODY | {"rfc": "x"})).status_code for _ in range(31)]
    assert codes == [422] * 30 + [429]


async def test_a_held_firm_is_released_by_an_operator(stage: StageUnderTest) -> None:
    receipt = await registered(stage, rfc=DOUBTFUL_RFC)
    assert (receipt["status"], receipt["holds"]) == ("held", ["rfc_check_digit"])
    assert await stage.told() == []
    waiting = (
        await stage.client.get("/suppliers", params={"status": "held"}, headers=stage.headers("operator"))
    ).json()
    assert [(item["folio"], item["rfc"]) for item in waiting["items"]] == [(receipt["folio"], DOUBTFUL_RFC)]
    path = f"/suppliers/{receipt['id']}/release"
    wrong = await stage.client.post(path, json={"reasons": ["list_69b_presumed"]}, headers=stage.headers("operator"))
    assert (wrong.status_code, wrong.json()["title"]) == (409, "not_held_for")
    right = await stage.client.post(path, json={"reasons": ["rfc_check_digit"]}, headers=stage.headers("operator"))
    assert right.json()["status"] == "registered"
    ((type_, _, data),) = await stage.told()
    assert (type_, data["rfc"], data["legal_name"]) == ("registration.supplier-registered", None, None)


async def test_a_presumed_firm_waits_and_a_definitive_one_does_not(stage: StageUnderTest) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": "Presunto"}, {"rfc": OTHER_RFC, "situacion": "Definitivo"})
    await upload(stage, "/screening/lists/imports", content, list_date="2026-01-01")
    one, other = await registered(stage), await registered(stage, rfc=OTHER_RFC)
    assert (one["status"], one["holds"]) == ("held", ["list_69b_presumed"])
    assert other["status"] == "registered"
    ((_, _, data),) = await stage.told()
    assert data["screening"] == {"list_69b": "definitive", "list_date": "2026-01-01", "tax_opinion": "unknown"}


async def test_a_held_supplier_mends_its_rfc(stage: StageUnderTest) -> None:
    receipt = await registered(stage, rfc=DOUBTFUL_RFC)
    path, own = f"/suppliers/{receipt['id']}", stage.headers("supplier", supplier_id=receipt["id"])
    assert receipt["status"] == "held"
    seen = await stage.client.get(path, headers=own)
    body = {name: value for name, value in BODY.items() if name != "contact"}
    given = body | {"rfc": LEGAL_RFC}
    mended = await stage.client.put(path, json=given, headers=own | {"If-Match": seen.headers["ETag"]})
    assert (mended.status_code, mended.json()["status"], mended.json()["rfc"]) == (200, "registered", LEGAL_RFC)
    assert mended.json()["contact"] == seen.json()["contact"]
    assert types(await stage.told()) == ["registration.supplier-registered"]


async def test_a_supplier_changes_its_profile_and_withdraws(stage: StageUnderTest) -> None:
    receipt = await registered(stage)
    await stage.told()
    own = stage.headers("supplier", supplier_id=receipt["id"]) | {"If-Match": "*"}
    path = f"/suppliers/{receipt['id']}"
    changed = await stage.client.put(path, json=BODY | {"workers": 5, "annual_sales_mxn": 1000000}, headers=own)
    assert (changed.json()["size"]["stratum"], changed.json()["annual_sales_mxn"]) == ("micro", "1000000.00")
    assert (await stage.client.put(path, json=BODY | {"rfc": OTHER_RFC}, headers=own)).json()["title"] == "rfc_fixed"
    gone = await stage.client.post(f"{path}/withdrawal", json={"reason": "ceased_operations"}, headers=own)
    assert (gone.json()["status"], gone.json()["withdrawal"]) == ("withdrawn", "ceased_operations")
    assert types(await stage.told()) == ["registration.supplier-changed", "registration.supplier-withdrawn"]
    late = await stage.client.put(path, json=BODY, headers=own)
    assert (late.status_code, late.json()["title"]) == (409, "supplier_withdrawn")


async def test_what_a_supplier_gets_it_can_send_back(stage: StageUnderTest) -> None:
    receipt = await registered(stage)
    path, own = f"/suppliers/{receipt['id']}", stage.headers("supplier", supplier_id=receipt["id"])
    await stage.told()
    seen = await stage.client.get(path, headers=own)
    view = seen.json()
    if_match = own | {"If-Match": seen.headers["ETag"]}
    same = await stage.client.put(path, json={name: view[name] for name in BODY}, headers=if_match)
    assert (same.json(), same.headers["ETag"]) == (view, seen.headers["ETag"])
    assert await stage.told() == []


async def test_a_contact_can_be_erased(stage: StageUnderTest) -> None:
    receipt = await registered(stage)
    await stage.told()
    path = f"/suppliers/{receipt['id']}"
    assert (await stage.client.delete(f"{path}/contact", headers=stage.headers("operator"))).status_code == 204
    assert (await stage.client.get(path, headers=stage.headers("operator"))).json()["contact"] is None
    async with stage.database.connection() as connection:
        row = await connection.fetchval("SELECT s::text FROM supplier AS s")
    assert "persona" not in row
    (told,) = await stage.told()
    assert (told.type, {*told.data}) == (ContactErased.TYPE, {"supplier_id", "erased_at"})


async def test_unknown_suppliers(stage: StageUnderTest) -> None:
    path = f"/suppliers/{uuid4()}"
    answers = [
        await stage.client.get(path, headers=stage.headers("operator")),
        await stage.client.put(path, json=BODY, headers=stage.headers("operator") | {"If-Match": "*"}),
        await stage.client.delete(f"{path}/contact", headers=stage.headers("operator")),
    ]
    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [(404, "supplier_unknown")] * 3


async def test_pages_hold_everybody_once(stage: StageUnderTest) -> None:
    await upload(stage, "/suppliers/imports", csv_of(*(SUPPLIER | {"rfc": legal_rfc(n)} for n in range(7))))
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (
            await stage.client.get("/suppliers", params={"limit": "3"} | after, headers=stage.headers("operator"))
        ).json()
        found += [item["rfc"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(found) == sorted(legal_rfc(n) for n in range(7))


async def test_an_operator_finds_a_firm_by_its_rfc_also_after_it_withdrew(stage: StageUnderTest) -> None:
    async def found(rfc: str) -> list[tuple[str, str]]:
        headers = stage.headers("operator")
        page = (await stage.client.post("/suppliers/search", json={"rfc": rfc}, headers=headers)).json()
        return [(supplier["id"], supplier["status"]) for supplier in page["items"]]

    first = (await registered(stage))["id"]
    assert await found("mab-930714-8t4") == [(first, "registered")]
    assert await found(OTHER_RFC) == []
    withdrawal = {"reason": "own_decision"}
    headers = stage.headers("operator") | {"If-Match": "*"}
    await stage.client.post(f"/suppliers/{first}/withdrawal", json=withdrawal, headers=headers)
    again = (await registered(stage))["id"]
    assert await found(LEGAL_RFC) == [(first, "withdrawn"), (again, "registered")]


@pytest.mark.parametrize("role", ["supplier", "anchor"])
async def test_nobody_else_finds_firms_by_rfc(stage: StageUnderTest, role: str) -> None:
    headers = stage.headers(role, supplier_id=str(uuid4()), anchor_id=str(uuid4()))
    answer = await stage.client.post("/suppliers/search", json={"rfc": LEGAL_RFC}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "role_missing")


async def test_firms_are_found_by_their_names_and_by_what_they_are(stage: StageUnderTest) -> None:
    """What may be a person's comes in the body: addresses end in logs."""
    headers = stage.headers("operator")
    one = await registered(stage, legal_name="Forjas del Bajío, S.A. de C.V.")
    await registered(stage, rfc=OTHER_RFC, legal_name="Maquinados Ejemplo SA de CV", state="11", scian="336370")
    found = await stage.client.post("/suppliers/search", json={"name": "bajio forj", "state": "22"}, headers=headers)
    assert [each["id"] for each in found.json()["items"]] == [one["id"]]
    listed = await stage.client.get("/suppliers", params={"scian": "3363", "area": "P14"}, headers=headers)
    assert [each["state"] for each in listed.json()["items"]] == ["11"]
    for refused in ({"scian": "3"}, {"state": "Qro."}, {"stratum": "tiny"}, {"name": "forjas"}, {"rfc": OTHER_RFC}):
        answer = await stage.client.get("/suppliers", params=refused, headers=headers)
        assert answer.status_code == 422, refused
    unknown = await stage.client.post("/suppliers/search", json={"nombre": "bajio"}, headers=headers)
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "body.nombre")
    assert (await stage.client.post("/suppliers/search", json={"name": "x"}, headers=headers)).status_code == 422
