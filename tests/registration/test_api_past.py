"""Profiles of suppliers as they were."""

from datetime import timedelta
from typing import Any

from shared.days import day_of
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
    headers, today = stage.headers("operator"), day_of(now())

    async def on(days: int) -> tuple[int, Any]:
        day = {"as_of": str(today - timedelta(days=days))}
        answer = await stage.client.get(f"/suppliers/{id_}", params=day, headers=headers)
        return answer.status_code, answer.json().get("workers", answer.json().get("title"))

    assert [await on(days) for days in (0, 10, 11, 20)] == [(200, 60), (200, 60), (200, 51), (200, 51)]
    assert [await on(days) for days in (-1, 21)] == [(422, "as_of_in_future"), (404, "as_of_too_early")]
    early = await stage.client.get(f"/suppliers/{id_}?as_of={today - timedelta(days=21)}", headers=headers)
    assert str(today - timedelta(days=20)) in early.json()["detail"]
    (refused,) = (await stage.client.get(f"/suppliers/{id_}?as_of={today + timedelta(1)}", headers=headers)).json()[
        "errors"
    ]
    assert refused["field"] == "query.as_of"
    for day in ("2026-02-30", "01/05/2026", "ayer", ""):
        answer = await stage.client.get(f"/suppliers/{id_}", params={"as_of": day}, headers=headers)
        assert (answer.status_code, len(answer.json()["errors"])) == (422, 1), day
    missing = await stage.client.get(f"/suppliers/{NOBODY}?as_of={today}", headers=headers)
    assert missing.json()["title"] == "supplier_unknown"
    other = stage.headers("supplier", supplier_id=NOBODY)
    assert (await stage.client.get(f"/suppliers/{id_}?as_of={today}", headers=other)).status_code == 403


async def test_what_a_firm_was_has_its_status_and_size_of_that_day_and_no_contact(stage: StageUnderTest) -> None:
    id_ = (await registered(stage, **WHOLE | {"workers": 3, "annual_sales_mxn": "4000000.00"}))["id"]
    own = stage.headers("supplier", supplier_id=id_)
    await _changed(stage, id_, WHOLE | {"workers": 300}, "supplier")
    async with stage.database.connection() as connection:
        await connection.execute(
            "UPDATE supplier SET received_at = received_at - interval '9 days', registered_at = received_at - interval "
            "'8 days', profiled_at = profiled_at - interval '5 days'"
        )
        await connection.execute("UPDATE supplier_past SET since = since - interval '9 days', until = until - "
                                 "interval '5 days'")  # fmt: skip
    left = await stage.client.post(f"/suppliers/{id_}/withdrawal", json={"reason": "own_decision"}, headers=own)
    assert left.status_code == 200
    shown = []
    for days in (9, 7, 1, 0):
        day = day_of(now()) - timedelta(days=days)
        answer = await stage.client.get(f"/suppliers/{id_}?as_of={day}", headers=own)
        then = answer.json()
        assert (then["as_of"], then["contact"], answer.headers["ETag"] != "") == (str(day), None, True)
        shown.append((then["status"], then["size"]["stratum"], then["withdrawal"], then["registered_at"] is None))
    assert shown == [
        ("held", "micro", None, True),
        ("registered", "micro", None, False),
        ("registered", "medium", None, False),
        ("withdrawn", "medium", "own_decision", False),
    ]
