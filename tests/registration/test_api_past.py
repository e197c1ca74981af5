"""Profiles of suppliers as they were."""

from datetime import timedelta
from typing import Any

from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import WHOLE, registered

NOBODY = "00000000-0000-0000-0000-000000000001"


async def _changed(stage: StageUnderTest, id_: str, body: dict[str, Any], role: str) -> None:
    caller = stage.headers(role, supplier_id=id_) if role == "supplier" else stage.headers(role)
    answer = await stage.client.put(f"/suppliers/{id_}", json=body, headers=caller | {"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def test_what_a_profile_was_is_kept_with_who_gave_it(stage: StageUnderTest) -> None:
    id_ = (await registered(stage, **WHOLE))["id"]
    path, own = f"/suppliers/{id_}/past", stage.headers("supplier", supplier_id=id_)
    assert (await stage.client.get(path, headers=own)).json() == {"items": [], "next": None}
    await _changed(stage, id_, WHOLE | {"workers": 60}, "supplier")
    await _changed(stage, id_, WHOLE | {"workers": 60}, "supplier")
    await _changed(stage, id_, WHOLE | {"workers": 70, "legal_name": "Maquinados Ejemplo Dos SA de CV"}, "operator")
    first = await stage.client.get(path, params={"limit": 1}, headers=own)
    (latest,) = first.json()["items"]
    rest = await stage.client.get(path, params={"after": first.json()["next"]}, headers=own)
    (oldest,) = rest.json()["items"]
    assert [(each["workers"], each["by"], each["contact"]) for each in (latest, oldest)] == [
        (60, "firm", None),
        (51, None, None),
    ]
    assert oldest["until"] == latest["since"]
    certificates = [each | {"sha256": None} for each in WHOLE["offering"]["certificates"]]
    assert oldest["offering"] == WHOLE["offering"] | {"certificates": certificates}
    rows = await stage.rows("SELECT profile::text AS profile FROM supplier_past")
    assert not any("persona@ejemplo.mx" in row["profile"] or "Persona Ejemplo" in row["profile"] for row in rows)


async def test_a_profile_as_of_a_day(stage: StageUnderTest) -> None:
    id_ = (await registered(stage, **WHOLE))["id"]
    await _changed(stage, id_, WHOLE | {"workers": 60}, "operator")
    async with stage.database.connection() as connection:
        for column in ("received_at", "profiled_at"):
            days = {"received_at": 20, "profiled_at": 10}[column]
            await connection.execute(f"UPDATE supplier SET {column} = {column} - interval '{days} days'")
        await connection.execute(
            "UPDATE supplier_past SET since = since - interval '20 days', until = until - interval '10 days'"
        )
    headers, today = stage.headers("operator"), now().date()

    async def on(days: int) -> tuple[int, Any]:
        day = today - timedelta(days=days)
        answer = await stage.client.get(f"/suppliers/{id_}/past/{day}", headers=headers)
        return answer.status_code, answer.json().get("workers")

    assert [await on(days) for days in (0, 10, 11, 20, 21)] == [(200, 60), (200, 60), (200, 51), (200, 51), (404, None)]
    missing = await stage.client.get(f"/suppliers/{NOBODY}/past/{today}", headers=headers)
    assert missing.status_code == 404
    other = stage.headers("supplier", supplier_id=NOBODY)
    assert (await stage.client.get(f"/suppliers/{id_}/past/{today}", headers=other)).status_code == 403
