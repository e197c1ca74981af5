"""Firms that are probably one are flagged, never refused; whoever has no part in them keeps both, or merges them."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from services.registration.domain.twins import LOOK_OUT
from services.registration.store import twins as store
from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.bodies_given import BODY, CONTACT, code_of, held, registered, shown
from tests.registration.files_given import SUPPLIER, upload
from tests.registration.given import DOUBTFUL_RFC, LEGAL_RFC, OTHER_RFC, legal_rfc

CLOSE = "MBB9307148T4"
"""LEGAL_RFC with another second letter, which the check digit of a legal person's RFC never sees."""
ELSEWHERE = {"state": "11", "contact": {"name": "Otra Persona", "email": "otra@otra.example", "phone": "477 123 4567"}}


async def found(stage: StageUnderTest, **query: str) -> list[dict[str, Any]]:
    await stage.tick()
    answer = await stage.client.get("/twins", params=query, headers=stage.headers("operator"))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def twins(stage: StageUnderTest, **more: Any) -> dict[str, Any]:
    """Two firms of one name in one place."""
    await registered(stage)
    await registered(stage, rfc=OTHER_RFC, legal_name="MAQUINADOS EJEMPLO, S.A.", **more)
    (pair,) = await found(stage)
    return pair


async def decide(stage: StageUnderTest, pair: dict[str, Any], act: str, body: object = None, **caller: Any) -> Any:
    headers = stage.headers("operator", **{"subject": "operator-7"} | caller)
    return await stage.client.post(f"/twins/{pair['id']}/{act}", json=body, headers=headers)


@pytest.mark.parametrize(
    ("more", "signs", "strength"),
    [
        ({"legal_name": "Maquinados Ejemplo, S. de R.L."}, ["same_name"], "likely"),
        ({"legal_name": "Maquinados Ejemplo", "state": "22"}, ["same_name", "same_state"], "strong"),
        ({"contact": CONTACT | {"email": "ventas@gmail.com"}}, ["same_phone"], "weak"),
        ({"contact": CONTACT | {"phone": None}}, ["same_mail_domain"], "weak"),
        ({"contact": CONTACT}, ["same_mail_domain", "same_phone"], "strong"),
        ({"rfc": CLOSE}, ["rfc_close"], "likely"),
        ({}, None, None),
    ],
)
async def test_they_are_flagged_with_why_and_how_probably(
    stage: StageUnderTest, more: dict[str, Any], signs: list[str] | None, strength: str | None
) -> None:
    one = await registered(stage)
    alone = await held(stage, one["id"])
    other = await registered(stage, **{"rfc": OTHER_RFC, "legal_name": "Forjas SA de CV"} | ELSEWHERE | more)
    assert other["status"] == "registered"
    pairs = await found(stage)
    assert [(each["signs"], each["strength"]) for each in pairs] == ([] if signs is None else [(signs, strength)])
    for pair in pairs:
        assert pair["supplier_ids"] == [one["id"], other["id"]]
        assert [each["folio"] for each in pair["suppliers"]] == ["PDP-000001", "PDP-000002"]
    assert [await held(stage, each["id"]) for each in (one, other)] == [alone, alone], "neither hears of the other"


async def test_both_are_kept_and_are_not_flagged_again(stage: StageUnderTest) -> None:
    pair = await twins(stage)
    kept = await decide(stage, pair, "keeping")
    assert (kept.status_code, kept.json()["status"]) == (200, "kept")
    assert [(await held(stage, each))["mergers"] for each in pair["supplier_ids"]] == [[], []]
    body = BODY | {"legal_name": "Maquinados Ejemplo SA"}
    headers = stage.headers("operator") | {"If-Match": "*"}
    await stage.client.put(f"/suppliers/{pair['supplier_ids'][0]}", json=body | {"state": "11"}, headers=headers)
    await stage.client.put(f"/suppliers/{pair['supplier_ids'][0]}", json=body, headers=headers)
    assert [each["status"] for each in await found(stage)] == ["kept"]
    assert await found(stage, status="open") == []
    assert (await decide(stage, pair, "keeping")).json()["title"] == "twins_decided"


async def test_of_a_merger_one_remains_and_every_stage_hears_that_the_other_left(stage: StageUnderTest) -> None:
    pair = await twins(stage)
    remains, leaves = pair["supplier_ids"]
    merged = (await decide(stage, pair, "merger", {"remains": remains})).json()
    assert (merged["status"], merged["remains"]) == ("merged", remains)
    assert [each["status"] for each in merged["suppliers"]] == ["registered", "withdrawn"]
    told = [{"decided_at": merged["decided_at"], "went_on": each} for each in (True, False)]
    assert [(await held(stage, each))["mergers"] for each in (remains, leaves)] == [[told[0]], [told[1]]]
    gone = await shown(stage, leaves)
    assert (gone["withdrawal"], gone["merged_into"], gone["contact"]) == ("merged", remains, CONTACT)
    type_, key, data = (await stage.told())[-1]
    assert (type_, key) == ("registration.supplier-withdrawn", UUID(leaves))
    assert (data["reason"], data["merged_into"]) == ("merged", remains)
    assert [each["status"] for each in await found(stage)] == ["merged"]


async def test_its_people_may_be_invited_to_the_one_that_remains_and_nobody_else(stage: StageUnderTest) -> None:
    pair = await twins(stage)
    remains, leaves = pair["supplier_ids"]

    async def invited(firm: str, email: str) -> tuple[str, str]:
        by = stage.headers("supplier", subject=f"owner-{firm}", supplier_id=firm)
        answer = await stage.client.post(f"/suppliers/{firm}/people", json={"email": email}, headers=by)
        return answer.json()["id"], code_of(answer.json()["id"])

    async def accepts(firm: str, invitation: tuple[str, str], **bound: str) -> Any:
        person, code = invitation
        headers = stage.headers("supplier", subject="ana-1", **bound)
        return await stage.client.post(
            f"/suppliers/{firm}/people/{person}/acceptance", json={"code": code}, headers=headers
        )

    assert (await accepts(leaves, await invited(leaves, "ana@ejemplo.mx"))).status_code == 200
    there = await invited(remains, "ana@ejemplo.mx")
    assert (await accepts(remains, there)).json()["title"] == "person_of_other_firm"
    await decide(stage, pair, "merger", {"remains": remains})
    assert (await accepts(remains, there, supplier_id=leaves)).json()["status"] == "joined"
    ana = stage.headers("supplier", subject="ana-1")
    assert (await stage.client.get(f"/suppliers/{remains}", headers=ana)).status_code == 200
    assert (await stage.client.get(f"/suppliers/{leaves}", headers=ana)).status_code == 403


@pytest.mark.parametrize("whose", [0, 1])
@pytest.mark.parametrize("act", ["keeping", "merger"])
async def test_whoever_has_a_part_in_one_of_them_decides_nothing(stage: StageUnderTest, whose: int, act: str) -> None:
    pair = await twins(stage)
    firm = pair["supplier_ids"][whose]
    body = {"remains": pair["supplier_ids"][0]} if act == "merger" else None
    own = await decide(stage, pair, act, body, supplier_id=firm)
    assert (own.status_code, own.json()["title"]) == (403, "own_firm")
    profile = {name: value for name, value in (await shown(stage, firm)).items() if name in BODY}
    headers = stage.headers("operator", subject="operator-7") | {"If-Match": "*"}
    changed = await stage.client.put(f"/suppliers/{firm}", json=profile | {"workers": 9}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert (await decide(stage, pair, act, body)).json()["title"] == "same_person"
    other = await decide(stage, pair, act, body, subject="operator-8")
    assert other.status_code == 200, other.text


async def test_while_their_rfc_is_disputed_the_dispute_decides(stage: StageUnderTest) -> None:
    await registered(stage, rfc=DOUBTFUL_RFC)
    await registered(stage, rfc=DOUBTFUL_RFC, contact=CONTACT | {"email": "duena@ejemplo.mx"})
    (pair,) = await found(stage)
    for act, body in (("keeping", None), ("merger", {"remains": pair["supplier_ids"][0]})):
        refused = await decide(stage, pair, act, body)
        assert (refused.status_code, refused.json()["title"]) == (409, "rfc_disputed")


async def test_a_decision_is_of_what_was_seen(stage: StageUnderTest) -> None:
    pair = await twins(stage)
    seen = await stage.client.get(f"/twins/{pair['id']}", headers=stage.headers("operator"))
    body, headers = BODY | {"workers": 9}, stage.headers("operator") | {"If-Match": "*"}
    await stage.client.put(f"/suppliers/{pair['supplier_ids'][0]}", json=body, headers=headers)
    stale = stage.headers("operator", subject="operator-7") | {"If-Match": seen.headers["ETag"]}
    answer = await stage.client.post(f"/twins/{pair['id']}/keeping", headers=stale)
    assert answer.status_code == 412
    assert {each["legal_name"] for each in seen.json()["suppliers"]} == {BODY["legal_name"], "MAQUINADOS EJEMPLO, S.A."}


async def test_who_leaves_or_loses_its_contact_is_nobodys_twin(stage: StageUnderTest) -> None:
    await registered(stage)
    other = await registered(
        stage, **{"rfc": OTHER_RFC, "legal_name": "Forjas SA de CV"} | ELSEWHERE | {"contact": CONTACT}
    )
    assert [each["status"] for each in await found(stage)] == ["open"]
    headers = stage.headers("operator")
    assert (await stage.client.delete(f"/suppliers/{other['id']}/contact", headers=headers)).status_code == 204
    assert [each["status"] for each in await found(stage)] == ["parted"]
    assert await stage.rows("SELECT FROM supplier WHERE phone IS NOT NULL OR mail_domain IS NOT NULL") == [{}]


async def test_a_file_of_many_is_compared_at_once_and_what_many_share_tells_nothing(stage: StageUnderTest) -> None:
    """One statement for a round of timers; the telephone of an office that registers firms makes no twins."""
    office = {
        "contacto_nombre": "Ana Núñez",
        "contacto_correo": "ana@camara.example",
        "contacto_telefono": "4425550101",
    }
    rows = [SUPPLIER | office | {"rfc": legal_rfc(n), "razon_social": f"Forjas {n} SA de CV"} for n in range(30)]
    rows[7]["razon_social"] = "Forjas 3, S. de R.L."
    await upload(stage, "/suppliers/imports", csv_of(*rows))
    signs = [each["signs"] for each in await found(stage)]
    assert [each for each in signs if "rfc_close" not in each] == [["same_name", "same_state"]]
    assert {"same_phone", "same_mail_domain"} & {sign for each in signs for sign in each} == set()


async def test_two_who_register_at_once_are_found(stage: StageUnderTest) -> None:
    await asyncio.gather(registered(stage), registered(stage, rfc=OTHER_RFC))
    assert len(await found(stage)) == 1
    assert await stage.rows("SELECT FROM timer WHERE kind = $1", LOOK_OUT) == []


async def test_a_look_reads_by_indexes_alone(stage: StageUnderTest) -> None:
    await twins(stage)
    ids = [row["id"] for row in await stage.rows("SELECT id FROM supplier")]
    plan = await stage.rows(f"EXPLAIN {store._ALIKE}", ids)
    read = "\n".join(row["QUERY PLAN"] for row in plan)
    for index in ("supplier_named", "supplier_mail", "supplier_phone", "supplier_rfc_front", "supplier_rfc_back"):
        assert index in read, read
    assert "Seq Scan on supplier" not in read
    assert LEGAL_RFC not in read
