"""A file that is sent again changes what its sender brought, and nothing that somebody else has a say in."""

from typing import Any

from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.bodies_given import registered
from tests.registration.files_given import SUPPLIER
from tests.registration.given import DOUBTFUL_RFC, NATURAL_RFC, OTHER_RFC

CONTACT = {"contacto_nombre": "Persona Ejemplo", "contacto_correo": "p@ejemplo.mx"}


async def sent(stage: StageUnderTest, *rows: dict[str, str], subject: str = "operator-1") -> dict[str, Any]:
    files, headers = {"file": ("f.csv", csv_of(*rows))}, stage.headers("operator", subject=subject)
    report: dict[str, Any] = (await stage.client.post("/suppliers/imports", files=files, headers=headers)).json()
    return report


def reasons(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["column"], row["reason"]) for row in report["refused_rows"]]


async def test_a_row_changes_the_firm_that_it_brought_under_its_id_and_folio(stage: StageUnderTest) -> None:
    await sent(stage, SUPPLIER)
    (before,) = await stage.rows("SELECT id, folio FROM supplier")
    await stage.told()
    changed = await sent(stage, SUPPLIER | {"ventas_anuales_mxn": "900,000,000.00"}, SUPPLIER | {"rfc": OTHER_RFC})
    assert changed["outcomes"] == {"changed": 1, "registered": 1}
    (after,) = await stage.rows("SELECT id, folio, workers FROM supplier WHERE rfc = 'MAB9307148T4'")
    assert (after["id"], after["folio"]) == (before["id"], before["folio"])
    (other,) = await stage.rows("SELECT folio FROM supplier WHERE rfc = $1", OTHER_RFC)
    assert other["folio"] == "PDP-000002", "no folio is spent on a firm that has one"


async def test_whom_somebody_else_brought_or_changed_no_file_changes(stage: StageUnderTest) -> None:
    await registered(stage)
    assert reasons(await sent(stage, SUPPLIER | {"trabajadores": "52"})) == [("rfc", "rfc_taken")]
    await sent(stage, SUPPLIER | {"rfc": OTHER_RFC})
    mended = SUPPLIER | {"rfc": OTHER_RFC, "trabajadores": "52"}
    assert reasons(await sent(stage, mended, subject="operator-2")) == [("rfc", "rfc_taken")]
    (firm,) = await stage.rows("SELECT id FROM supplier WHERE rfc = $1", OTHER_RFC)
    own = stage.headers("supplier", supplier_id=firm["id"])
    shown = await stage.client.get(f"/suppliers/{firm['id']}", headers=own)
    put = {name: shown.json()[name] for name in ("rfc", "legal_name", "sector", "scian", "state", "operating_since")}
    put |= {name: shown.json()[name] for name in ("annual_sales_mxn", "offering")} | {"workers": 60}
    done = await stage.client.put(f"/suppliers/{firm['id']}", json=put, headers=own | {"If-Match": "*"})
    assert done.status_code == 200, done.text
    assert reasons(await sent(stage, mended)) == [("rfc", "changed_by_hand")]


async def test_no_file_brings_a_contact_back_that_was_erased(stage: StageUnderTest) -> None:
    await sent(stage, SUPPLIER | CONTACT)
    (firm,) = await stage.rows("SELECT id FROM supplier")
    path, headers = f"/suppliers/{firm['id']}/contact", stage.headers("operator")
    assert (await stage.client.delete(path, headers=headers | {"If-Match": "*"})).status_code < 300
    assert reasons(await sent(stage, SUPPLIER | CONTACT)) == [("contacto_nombre", "contact_by_hand")]
    assert (await sent(stage, SUPPLIER | {"trabajadores": "52"}))["outcomes"] == {"changed": 1}
    assert [row["contact"] for row in await stage.rows("SELECT contact FROM supplier")] == [None]


async def test_a_held_firm_stays_held_and_is_not_released_by_who_brings_it_again(stage: StageUnderTest) -> None:
    await sent(stage, SUPPLIER | {"rfc": DOUBTFUL_RFC})
    assert (await sent(stage, SUPPLIER | {"rfc": DOUBTFUL_RFC, "trabajadores": "52"}))["outcomes"] == {"changed": 1}
    (held,) = await stage.rows("SELECT id, status, workers FROM supplier")
    assert (held["status"], held["workers"]) == ("held", 52)
    body, headers = {"reasons": ["rfc_check_digit"]}, stage.headers("operator")
    answer = await stage.client.post(f"/suppliers/{held['id']}/release", json=body, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "same_person")
    assert await stage.told() == []


async def test_a_natural_person_is_changed_without_being_named(stage: StageUnderTest) -> None:
    await sent(stage, SUPPLIER | {"rfc": NATURAL_RFC})
    await stage.told()
    assert (await sent(stage, SUPPLIER | {"rfc": NATURAL_RFC, "trabajadores": "300"}))["outcomes"] == {"changed": 1}
    assert [(data["rfc"], data["legal_name"]) for _, _, data in await stage.told()] == [(None, None)]
