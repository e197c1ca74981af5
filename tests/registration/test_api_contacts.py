"""Whoever wants to be forgotten is: of a contact that was erased nothing stays, in no table and in no folder."""

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.registration.handlers.mails import DISPUTE_MAIL
from services.registration.store.claims import claims
from services.registration.store.people import people_of
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import BODY, claimed, confirmed, registered, shown

SEALED = {"supplier": "contact", "claim": "profile", "person": "email"}
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"


async def store_of(stage: StageUnderTest) -> dict[str, str]:
    """All that the store holds, by table."""
    held = {}
    for (table,) in [tuple(row.values()) for row in await stage.rows(TABLES)]:
        rows = await stage.rows(f'SELECT t::text AS whole FROM "{table}" AS t')
        held[table] = " ".join(row["whole"] for row in rows)
    return held


def folder() -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in Path(os.environ["PDP_MAIL_FOLDER"]).iterdir()
        if file.is_file()
    }


async def places(stage: StageUnderTest, *words: str) -> set[str]:
    """Where one of the words stands."""
    held = await store_of(stage)
    mails = {f"mail: {text.partition('Subject')[2][:9]}": text for text in folder().values()}
    return {place for place, text in (held | mails).items() for word in words if word.lower() in text.lower()}


@pytest.mark.parametrize("later", [False, True], ids=["as registered", "as changed later"])
async def test_a_contact_that_is_erased_stays_nowhere(stage: StageUnderTest, *, later: bool) -> None:
    """Seen: the address stood in the claim until its day was over, and in a mail for ever."""
    word, old = f"v{uuid4().hex}", f"v{uuid4().hex}"
    contact = {"name": f"Persona {word}", "email": f"{word}@ejemplo.mx", "phone": "442 555 0199"}
    before = contact if not later else {"name": f"Antes {old}", "email": f"{old}@ejemplo.mx"}
    headers = {"Idempotency-Key": str(uuid4())}
    answer = await stage.client.post("/suppliers", json=BODY | {"contact": before}, headers=headers)
    firm = answer.json()["id"]
    assert (await confirmed(stage, firm)).status_code == 200
    own = stage.headers("supplier", supplier_id=firm)
    if later:
        changed = BODY | {"contact": contact}
        put = await stage.client.put(f"/suppliers/{firm}", json=changed, headers=own | {"If-Match": "*"})
        assert put.status_code == 200, put.text
    invitation = {"email": f"{word}+2@ejemplo.mx"}
    assert (await stage.client.post(f"/suppliers/{firm}/people", json=invitation, headers=own)).status_code == 202
    await registered(stage)
    await stage.rows("UPDATE timer SET at = now() WHERE kind = $1", DISPUTE_MAIL)
    await stage.post()
    assert {place for place in await places(stage, word, old, "442 555 0199") if not place.startswith("mail")} == set()
    copies = {table: await stage.rows(f"SELECT id, {column} AS kept FROM {table}") for table, column in SEALED.items()}
    assert all(str(row["kept"]).lstrip('"').startswith("sealed:") for rows in copies.values() for row in rows)
    assert (await shown(stage, firm))["contact"] == contact | {"role": None}
    assert len([text for text in folder().values() if word in text]) >= 2
    operator = stage.headers("operator")
    stale = await stage.client.delete(f"/suppliers/{firm}/contact", headers=operator | {"If-Match": '"another"'})
    assert stale.status_code == 412
    erased = await stage.client.delete(f"/suppliers/{firm}/contact", headers=operator)
    assert erased.status_code == 204, erased.text
    assert await places(stage, word, old, "442 555 0199") == set()
    assert (await shown(stage, firm))["contact"] is None
    assert (await confirmed(stage, firm, "x" * 32)).status_code == 403
    # As a backup has them that was taken before.
    for table, column in SEALED.items():
        for row in copies[table]:
            await stage.rows(f"UPDATE {table} SET {column} = $2 WHERE id = $1", row["id"], row["kept"])
    assert (await shown(stage, firm))["contact"] is None
    async with stage.database.connection() as connection:
        assert [person.email for person in await people_of(connection, UUID(firm))] == [None]
        assert (await claims.load_many(connection, [UUID(firm)]))[UUID(firm)].profile is None


async def test_an_erasure_is_of_one_firm_and_on_record_once(stage: StageUnderTest) -> None:
    firm, other = (await registered(stage))["id"], await claimed(stage)
    await stage.told()
    for _ in range(2):
        erased = await stage.client.delete(f"/suppliers/{firm}/contact", headers=stage.headers("operator"))
        assert erased.status_code == 204
    async with stage.database.connection() as connection:
        claim = (await claims.load_many(connection, [UUID(other)]))[UUID(other)]
    assert claim.profile is not None
    assert claim.profile.contact is not None
    acts = "SELECT count(*) AS acts FROM audit WHERE action = 'registration:contact:erased' AND about = $1"
    assert await stage.rows(acts, firm) == [{"acts": 2}]
    ((type_, _, data),) = await stage.told()
    assert type_ == "registration.contact-erased", "once"
    assert {*data} == {"supplier_id", "erased_at"}, "nobody is named"
