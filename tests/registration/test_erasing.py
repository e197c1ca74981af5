"""What was erased and comes back with a backup, in clear or with the keys of before, is erased again."""

from contextlib import nullcontext
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.registration.store.claims import claims
from shared.sealing import encryption, keys
from shared.sealing.register import Register
from shared.testing.stage import StageUnderTest
from tests.attachments import given as files
from tests.registration.bodies_given import BODY, claimed, registered, shown
from tests.registration.given import NATURAL_RFC
from tests.registration.test_api_contacts import places
from tests.registration.test_sealed import PLACES, erased
from tests.sealing.restored import copied, restored

TABLES = ("supplier", "supplier_past", "claim", "person", "attachment", "journal", "data_key")


@pytest.mark.parametrize("clear", [True, False])
async def test_who_was_erased_comes_back_with_no_backup(stage: StageUnderTest, tmp_path: Path, *, clear: bool) -> None:
    word = f"v{uuid4().hex}"
    contact = {"name": f"Persona {word}", "email": f"{word}@ejemplo.mx", "phone": "442 731 0448"}
    operator = stage.headers("operator")
    with encryption.given(None) if clear else nullcontext():
        firm = (await registered(stage, rfc=NATURAL_RFC, legal_name=f"Ana {word}", contact=contact, **PLACES))["id"]
        path = f"/suppliers/{firm}"
        invited = {"email": f"{word}+2@ejemplo.mx"}
        own = stage.headers("supplier", supplier_id=firm)
        assert (await stage.client.post(f"{path}/people", json=invited, headers=own)).status_code == 202
        given = {"file": (f"{word}.pdf", files.PDF)}
        file = (await stage.client.post(f"{path}/attachments", files=given, headers=operator)).json()["id"]
    copy = await copied(stage, *TABLES)
    await erased(stage, firm)
    assert (await stage.client.delete(f"{path}/attachments/{file}", headers=operator)).status_code == 204
    await stage.erasures(Register(tmp_path.as_uri(), "registration")).look()
    await restored(stage, copy)
    for row in copy["data_key"]:
        await stage.rows("INSERT INTO data_key SELECT (jsonb_populate_record(NULL::data_key, $1::jsonb)).*", row)
    assert (await shown(stage, firm))["contact"]["email"] == f"{word}@ejemplo.mx"
    again = await stage.erasures(Register(tmp_path.as_uri(), "registration")).again()
    assert again.rows == 3, "the firm, its claim, who was invited"
    assert {place for place in await places(stage, word, NATURAL_RFC, "20588801") if "mail" not in place} == set()
    view = await shown(stage, firm)
    assert (view["contact"], view["rfc"], view["legal_name"], view["status"]) == (None, "", "", "registered")
    listed = (await stage.client.get(f"{path}/attachments", headers=operator)).json()["items"]
    assert [(each["id"], each["name"]) for each in listed if each["name"]] == []


async def test_whom_nobody_knows_here_is_erased_once_they_come(stage: StageUnderTest, tmp_path: Path) -> None:
    """Seen: 404, and nothing was kept: a copy that came later brought them back."""
    with encryption.given(None):
        firm = (await registered(stage))["id"]
    copy = await copied(stage, "supplier", "claim")
    await restored(stage, {"supplier": [], "claim": []})
    operator = stage.headers("operator")
    gone = await stage.client.delete(f"/suppliers/{firm}/contact", headers=operator)
    assert (gone.status_code, gone.json()["title"]) == (404, "supplier_unknown")
    await stage.erasures(Register(tmp_path.as_uri(), "registration")).look()
    await restored(stage, copy)
    await stage.erasures(Register(tmp_path.as_uri(), "registration")).again()
    assert (await shown(stage, firm))["contact"] is None


async def test_who_has_only_claimed_is_forgotten_when_asked(stage: StageUnderTest) -> None:
    claim = await claimed(stage)
    gone = await stage.client.delete(f"/suppliers/{claim}/contact", headers=stage.headers("operator"))
    assert gone.status_code == 204
    async with stage.database.transaction() as connection:
        [kept] = (await claims.load_many(connection, [UUID(claim)])).values()
        assert {name.person for name in await keys.destroyed(connection)} == {kept.id}
    assert (kept.status, kept.profile) == ("forgotten", None)
    assert BODY["contact"]["email"] not in str(await places(stage, BODY["contact"]["email"]))
