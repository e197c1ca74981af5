"""What was done with a firm's data, as the firm sees it; and a look that is on record or shows nothing."""

from uuid import UUID

import pytest

from shared.contracts.event import Actor
from shared.messaging import audit
from shared.runtime.ids import new_id, text_of
from shared.service import http, recorded
from shared.testing.stage import StageUnderTest
from tests.registration.conftest import stage

__all__ = ["stage"]

FIRM, OTHER, ANCHOR = UUID(int=7), UUID(int=8), UUID(int=9)
ACTS = (
    Actor("own-1", "supplier", FIRM),
    Actor("op-1", "operator"),
    Actor("buyer-1", "anchor", ANCHOR),
    Actor("partner.nafin"),
)


@pytest.fixture
async def told(stage: StageUnderTest) -> StageUnderTest:
    stage.router = http.together(stage.router, recorded.router(stage.database))
    async with stage.database.connection() as connection:
        acts = [audit.Act("registration:supplier:changed", actor, FIRM, "c-1") for actor in ACTS]
        await audit.record(connection, [*acts, audit.Act("registration:supplier:changed", ACTS[0], OTHER, "c-2")])
    return stage


async def test_a_firm_sees_what_was_done_with_its_data_and_of_others_people_the_role(told: StageUnderTest) -> None:
    path = f"/suppliers/{FIRM}/audit"
    seen = await told.client.get(path, headers=told.headers("supplier", supplier_id=FIRM))
    subjects = [tuple(act["actor"].values())[:3] for act in seen.json()["items"]]
    assert subjects == [
        ("own-1", "supplier", str(FIRM)),
        (None, "operator", None),
        (None, "anchor", None),
        ("partner.nafin", None, None),
    ]
    by_operator = (await told.client.get(path, headers=told.headers("operator"))).json()["items"]
    assert [act["actor"]["subject"] for act in by_operator[:4]] == ["own-1", "op-1", "buyer-1", "partner.nafin"]
    assert by_operator[4]["action"] == "registration:audit:viewed", "who looked is told too"
    refused = await told.client.get(path, headers=told.headers("supplier", supplier_id=OTHER))
    assert refused.status_code == 403
    assert (await told.client.get(path, headers=told.headers("mentor"))).status_code == 403


async def test_what_cannot_be_recorded_is_not_shown(told: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(audit, "record", away)
    answer = await told.client.get(f"/suppliers/{FIRM}/audit", headers=told.headers("operator"))
    assert (answer.status_code, "own-1" in answer.text) == (503, False)


async def test_whoever_reads_page_by_page_for_one_purpose_looks_once(told: StageUnderTest) -> None:
    path, purpose = f"/suppliers/{FIRM}/audit", text_of(new_id())
    one = told.headers("operator") | {"X-Correlation-Id": purpose}

    async def looks() -> int:
        return len(await told.rows("SELECT id FROM audit WHERE action = 'registration:audit:viewed'"))

    for after in ("", "&after=1", "&after=2"):
        await told.client.get(f"{path}?limit=1{after}", headers=one)
    assert await looks() == 1
    await told.client.get(f"{path}?limit=1", headers=one)
    assert await looks() == 2, "from the beginning is another look"
    for other in (told.headers("operator") | {"X-Correlation-Id": text_of(new_id())}, told.headers("operator")):
        await told.client.get(f"{path}?limit=1&after=1", headers=other)
    assert await looks() == 4, "so is the next page for another purpose"
    other = told.headers("supplier", supplier_id=FIRM) | {"X-Correlation-Id": purpose}
    await told.client.get(f"{path}?limit=1&after=1", headers=other)
    assert await looks() == 5, "so is somebody else's"
    async with told.database.connection() as connection:
        await audit.record(connection, [audit.Act("registration:supplier:changed", ACTS[1], FIRM, "c")] * audit.NEAR)
    await told.client.get(f"{path}?limit=1&after=1", headers=one)
    assert await looks() == 6, "nobody looks for ever by the name of one look"
    sealed = await told.rows("SELECT id FROM audit_unsealed")
    assert len(sealed) == len(await told.rows("SELECT id FROM audit"))
