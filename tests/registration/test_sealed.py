"""Of a natural person nothing is in the store in clear, and they are found, compared and looked up all the same."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from uuid import UUID, uuid4

from structlog.testing import capture_logs

from deploy.engines.postgres_server import PostgresServer
from services.registration.domain.sought import Sought
from services.registration.store import holders_of
from services.registration.store.claims import claims
from services.registration.store.derived import UNSEALED, derive_suppliers
from services.registration.store.searching import page_of_suppliers
from shared.sealing import encryption
from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.bodies_given import registered, shown
from tests.registration.files_given import upload
from tests.registration.given import LEGAL_RFC, NATURAL_RFC
from tests.registration.test_api_contacts import store_of
from tests.sealing.data_files import standing

NAME, LATER = "Eduardo Sellado Ríos", "Eduardo Sellado de la O"
CONTACT = {"name": "Benita Sellada", "email": "benita@sellada.example", "phone": "442 731 0448", "role": "owner"}
CLEAR = (NATURAL_RFC, "Sellad", "SELLAD", b"Sellada".hex(), "sellada.example", "4427310448", "442 731 0448")


async def person(stage: StageUnderTest, mark: str = "Sellado") -> dict[str, Any]:
    """One who registered, changed their name and invited somebody."""
    contact = CONTACT | {"email": f"benita@{mark}.example"} if mark != "Sellado" else CONTACT
    own = {"rfc": NATURAL_RFC, "legal_name": f"Eduardo {mark} Ríos", "contact": contact}
    firm = await registered(stage, **own, plants=[])
    headers = stage.headers("supplier", supplier_id=firm["id"])
    body = {name: firm[name] for name in FIELDS if name in firm} | own | {"legal_name": f"Eduardo {mark} de la O"}
    put = await stage.client.put(f"/suppliers/{firm['id']}", json=body, headers=headers | {"If-Match": "*"})
    assert put.status_code == 200, put.text
    asked = await stage.client.post(
        f"/suppliers/{firm['id']}/people", json={"email": f"{mark}@sellada.example"}, headers=headers
    )
    assert asked.status_code == 202, asked.text
    return await shown(stage, firm["id"])


FIELDS = ("sector", "scian", "state", "operating_since", "workers", "annual_sales_mxn", "offering")


async def in_clear(stage: StageUnderTest) -> set[str]:
    return {word for word in CLEAR if word in str(await store_of(stage))}


async def past(stage: StageUnderTest, firm: str) -> list[tuple[str, str]]:
    """RFC and name that a firm had."""
    answer = await stage.client.get(f"/suppliers/{firm}/past", headers=stage.headers("operator"))
    assert answer.status_code == 200, answer.text
    return [(each["rfc"], each["legal_name"]) for each in answer.json()["items"]]


async def test_nothing_of_a_person_is_in_a_table_or_a_file_of_the_store(
    stage: StageUnderTest, postgres: PostgresServer
) -> None:
    since = time.time() - 1
    mark, nobody = f"v{uuid4().hex}", f"v{uuid4().hex}"
    firm = await person(stage, mark)
    assert (firm["rfc"], firm["legal_name"]) == (NATURAL_RFC, f"Eduardo {mark} de la O")
    held = str(await store_of(stage)).lower()
    assert not [word for word in (NATURAL_RFC.lower(), mark) if word in held]
    await stage.rows("INSERT INTO telling VALUES (gen_random_uuid(), $1, 'x', now())", nobody)
    [name] = await stage.rows("SELECT current_database() AS name")
    found = await standing(postgres, name["name"], since, (mark, nobody))
    assert found == {mark: 0, nobody: 2}, "in its table, and as it was written"


async def test_a_person_is_found_and_nobody_takes_their_rfc(stage: StageUnderTest) -> None:
    firm = await person(stage)
    assert await holders_of(stage.database, [NATURAL_RFC]) == {NATURAL_RFC: UUID(firm["id"])}
    for wanted in ({"rfc": "gode-561231-gr8"}, {"name": "sellado eduardo"}):
        found = await page_of_suppliers(stage.database, Sought(**wanted), None, 10)
        assert [(each.rfc, each.legal_name) for each in found] == [(NATURAL_RFC, LATER)]
    other = await registered(stage, rfc=NATURAL_RFC, legal_name=LATER, contact=CONTACT | {"email": "x@sellada.example"})
    assert other["holds"] == ["rfc_disputed"]
    await stage.tick()
    [twins] = await stage.rows("SELECT signs FROM twins")
    assert {"same_name", "same_phone", "same_mail_domain"} <= {*twins["signs"].strip("[]").replace('"', "").split(", ")}
    assert await past(stage, firm["id"]) == [(NATURAL_RFC, NAME)]


async def test_who_left_is_erased_in_every_copy(stage: StageUnderTest) -> None:
    firm = (await person(stage))["id"]
    copies = await stage.rows("SELECT identity, contact, rfc FROM supplier")
    old = await stage.rows("SELECT profile FROM supplier_past")
    operator = stage.headers("operator")
    gone = await stage.client.post(
        f"/suppliers/{firm}/withdrawal", json={"reason": "own_decision"}, headers=operator | {"If-Match": "*"}
    )
    assert gone.status_code == 200, gone.text
    assert (await stage.client.delete(f"/suppliers/{firm}/contact", headers=operator)).status_code == 204
    bare = await shown(stage, firm)
    assert (bare["rfc"], bare["legal_name"], bare["contact"]) == ("", "", None)
    assert await past(stage, firm) == [("", "")]
    # As a backup has them that was taken before.
    put_back = "UPDATE supplier SET identity = $1, contact = $2, rfc = $3"
    await stage.rows(put_back, copies[0]["identity"], copies[0]["contact"], copies[0]["rfc"])
    await stage.rows("UPDATE supplier_past SET profile = $1", old[0]["profile"])
    assert await shown(stage, firm) == bare
    assert await past(stage, firm) == [("", "")]


async def test_who_was_there_before_is_sealed_and_stays_who_they_are(stage: StageUnderTest) -> None:
    with encryption.given(None):
        before = await person(stage)
    assert await in_clear(stage) != set()
    # Both forms are one person meanwhile.
    assert await holders_of(stage.database, [NATURAL_RFC]) == {NATURAL_RFC: UUID(before["id"])}
    kept = await past(stage, before["id"])
    await stage.sweep_as_started()
    async with stage.database.transaction() as connection:
        # A claim is blanked when its day is over.
        await connection.execute("UPDATE claim SET profile = NULL")
    assert await in_clear(stage) == set()
    assert await shown(stage, before["id"]) == before
    assert await past(stage, before["id"]) == kept == [(NATURAL_RFC, NAME)]
    assert await holders_of(stage.database, [NATURAL_RFC]) == {NATURAL_RFC: UUID(before["id"])}


@contextmanager
def unsealing() -> Iterator[None]:
    """A process that has the keys, and writes in clear."""
    with encryption.given(encryption.encryption(), new=False):
        yield


async def test_a_process_that_does_not_seal_finds_who_is_sealed(stage: StageUnderTest) -> None:
    """Seen: it gave the RFC to a second holder, and took a person off the list of article 69-B."""
    first = await person(stage)
    await upload(stage, "/screening/lists/imports", csv_of(LISTED), list_date="2026-01-01")
    with unsealing():
        await stage.sweep()
        assert (await shown(stage, first["id"]))["screening"]["list_69b"] == "definitive"
        assert await holders_of(stage.database, [NATURAL_RFC]) == {NATURAL_RFC: UUID(first["id"])}
        contact = CONTACT | {"email": "otra@sellada.example"}
        second = await registered(stage, rfc=NATURAL_RFC, legal_name=NAME, contact=contact)
    assert "rfc_disputed" in second["holds"]
    kept = await stage.rows("SELECT rfc FROM supplier GROUP BY rfc")
    assert len(kept) == 1, "both under one digest"


LISTED = {"rfc": NATURAL_RFC, "situacion": "Definitivo"}


async def test_an_rfc_that_two_have_by_now_stops_no_sweep(stage: StageUnderTest) -> None:
    with encryption.given(None):
        second = await person(stage)
    await stage.rows("UPDATE supplier SET rfc = 'X'")
    await person(stage, "otra")
    third = await registered(stage, contact=CONTACT | {"email": "c@sellada.example"})
    await stage.rows("UPDATE supplier SET rfc = $2 WHERE id = $1", UUID(second["id"]), NATURAL_RFC)
    await stage.rows("UPDATE supplier SET name_key = NULL WHERE id = $1", UUID(third["id"]))
    with capture_logs() as logs:
        async with stage.database.transaction() as connection:
            step = await derive_suppliers(connection, {"columns": "sealed"}, None)
    assert step.cursor == UUID(third["id"])
    assert [(each["event"], each["aggregate_id"], each["error"]) for each in logs] == [
        ("sweep_left_out", second["id"], "rfc_held_twice")
    ]
    assert await stage.rows("SELECT id FROM supplier WHERE name_key IS NULL") == [], "the others do not wait for it"


async def unsealed(stage: StageUnderTest) -> dict[str, int]:
    async with stage.database.connection() as connection:
        return {kind: rows for kind, rows in await connection.fetch(UNSEALED) if rows}


async def test_what_is_written_in_clear_behind_the_sweep_is_sealed_by_the_next_start(stage: StageUnderTest) -> None:
    """Seen: `pdp_unsealed` was 0 meanwhile, and nothing sealed it ever."""
    first = await person(stage, "erst")
    await stage.sweep_as_started()
    assert await unsealed(stage) == {}
    own = stage.headers("supplier", supplier_id=first["id"]) | {"If-Match": "*"}
    body = {name: first[name] for name in FIELDS} | {"rfc": NATURAL_RFC, "contact": CONTACT}
    for legal_name, writes in (("Eduardo Sellado Uno", unsealing()), (NAME, unsealing()), (LATER, nullcontext())):
        with writes:
            path = f"/suppliers/{first['id']}"
            put = await stage.client.put(path, json=body | {"legal_name": legal_name}, headers=own)
            assert put.status_code == 200, put.text
    with unsealing():
        contact = CONTACT | {"email": "dos@sellada.example"}
        await registered(stage, rfc="VECJ880326XXX", legal_name=NAME, contact=contact, plants=[])
        asked = await stage.client.post(path + "/people", json={"email": "tres@sellada.example"}, headers=own)
        assert asked.status_code == 202, asked.text
    assert await unsealed(stage) == {"suppliers": 1, "profiles": 2, "people": 1}
    was = await past(stage, first["id"])
    for _ in range(2):
        await stage.sweep_as_started()
        assert await unsealed(stage) == {}
    await stage.rows("UPDATE claim SET profile = NULL")
    assert await in_clear(stage) == set()
    assert await past(stage, first["id"]) == was


async def erased(stage: StageUnderTest, firm: str) -> None:
    operator = stage.headers("operator")
    gone = await stage.client.post(
        f"/suppliers/{firm}/withdrawal", json={"reason": "own_decision"}, headers=operator | {"If-Match": "*"}
    )
    assert gone.status_code == 200, gone.text
    answer = await stage.client.delete(f"/suppliers/{firm}/contact", headers=operator)
    assert answer.status_code == 204, answer.text


async def test_who_was_a_person_before_their_rfc_was_mended_is_erased_as_one(stage: StageUnderTest) -> None:
    holder = await registered(stage, rfc=NATURAL_RFC, legal_name="Otra Persona", contact=CONTACT, plants=[])
    contact = CONTACT | {"email": "z@sellada.example"}
    firm = await registered(stage, rfc=NATURAL_RFC, legal_name=NAME, contact=contact, **PLACES)
    body = {name: firm[name] for name in FIELDS} | {"rfc": LEGAL_RFC, "legal_name": "Sel SA de CV", "contact": contact}
    own = stage.headers("supplier", supplier_id=firm["id"]) | {"If-Match": "*"}
    put = await stage.client.put(f"/suppliers/{firm['id']}", json=body, headers=own)
    assert put.status_code == 200, put.text
    assert await past(stage, firm["id"]) == [(NATURAL_RFC, NAME)]
    [kept] = await stage.rows("SELECT profile FROM supplier_past")
    await erased(stage, firm["id"])
    assert await past(stage, firm["id"]) == [("", "")]
    assert PLANT["name"] not in str(await store_of(stage))
    await stage.rows("UPDATE supplier_past SET profile = $1", kept["profile"])
    assert await past(stage, firm["id"]) == [("", "")], "nor from a backup"
    assert (await shown(stage, firm["id"]))["rfc"] == LEGAL_RFC
    assert (await shown(stage, holder["id"]))["rfc"] == NATURAL_RFC


PLANT: dict[str, Any] = {"name": "Casa de Eduardo", "state": "22", "municipality": "22014"}
PLANT |= {"latitude_e6": 20_588_801, "longitude_e6": -100_389_901}
PLACES = {"state": "22", "municipality": "22014", "plants": [PLANT, PLANT | {"name": "Bodega de Eduardo"}]}


async def test_where_a_person_may_live_goes_with_them_and_what_they_claimed(stage: StageUnderTest) -> None:
    firm = await registered(stage, rfc=NATURAL_RFC, legal_name=NAME, contact=CONTACT, **PLACES)
    await erased(stage, firm["id"])
    shown_ = await shown(stage, firm["id"])
    nowhere = {"name": "", "latitude_e6": None, "longitude_e6": None}
    assert [each["name"] for each in shown_["plants"]] == ["", ""]
    assert shown_["plants"] == [PLANT | nowhere] * 2
    held = str(await store_of(stage))
    assert [word for word in ("Eduardo", "20588801", "100389901") if word in held] == []
    async with stage.database.transaction() as connection:
        claim = (await claims.load_many(connection, [UUID(firm["id"])]))[UUID(firm["id"])]
    assert (claim.status, claim.profile) == ("forgotten", None)


async def test_two_that_are_erased_share_no_rfc_when_a_backup_brings_them_back(stage: StageUnderTest) -> None:
    """Seen: the second was refused by the index, and with it whatever was written beside it."""
    for rfc in (NATURAL_RFC, "VECJ880326XXX"):
        contact = CONTACT | {"email": f"{rfc}@sellada.example"}
        await registered(stage, rfc=rfc, legal_name=NAME, contact=contact, plants=[])
    await stage.rows("UPDATE data_key SET wrapped = NULL")
    async with stage.database.transaction() as connection:
        await derive_suppliers(connection, {"columns": "sealed"}, None)
    kept = await stage.rows("SELECT id, rfc FROM supplier")
    assert len({row["rfc"] for row in kept}) == 2
    assert [(await shown(stage, str(row["id"])))["rfc"] for row in kept] == ["", ""]
