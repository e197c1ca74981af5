"""Partners, what waits for them, and whom they could serve."""

from uuid import UUID

from services.financing.store.tables import ReferralRow
from shared.contracts import partner as contract
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing import test_facts as facts
from tests.financing.calls import (
    answer,
    known,
    ok,
    sent,
)


async def test_partners_that_are_to_answer_are_listed_by_when(stage: StageUnderTest) -> None:
    referral = await sent(stage)
    later, last = UUID(int=0xF00), UUID(int=0xF01)
    copied = ", ".join(ReferralRow.model_fields.keys() - {"id", "answer_due_at"})
    for id_, days in ((last, 2), (later, 1)):
        await stage.rows(
            f"INSERT INTO referral (id, answer_due_at, {copied})"
            f" SELECT $1, answer_due_at + $2 * interval '1 day', {copied} FROM referral WHERE id = $3",
            id_,
            days,
            UUID(referral["id"]),
        )
    due: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        after = f"&after={cursor}" if cursor else ""
        page = await ok(stage, "GET", f"/referrals/due?limit=1{after}", role=Role.OPERATOR)
        due += [line["id"] for line in page["items"]]
        cursor = page["next"]
    assert due == [referral["id"], str(later), str(last)]
    assert (await ok(stage, "GET", "/referrals/due?partner=bancomext", role=Role.OPERATOR))["items"] == []
    await stage.consume(answer(contract.InformationRequested, referral, items=("Balance 2025",)))
    page = await ok(stage, "GET", "/referrals/due", role=Role.OPERATOR)
    assert [line["id"] for line in page["items"]] == [str(later), str(last)], "it is the firm's turn"


async def test_needs_by_purpose_and_partner_page_by_page(stage: StageUnderTest) -> None:
    await known(stage)
    await stage.consume(facts.AWARDED)
    listed = await ok(stage, "GET", "/needs?eligible_partner=nafin&purpose=certification", role=Role.OPERATOR)
    assert [need["purpose"] for need in listed["items"]] == ["certification"]
    assert (await ok(stage, "GET", "/needs?eligible_partner=nadie", role=Role.OPERATOR))["items"] == []
    first = await ok(stage, "GET", "/needs?limit=1", role=Role.OPERATOR)
    second = await ok(stage, "GET", f"/needs?limit=1&after={first['next']}", role=Role.OPERATOR)
    assert {page["items"][0]["purpose"] for page in (first, second)} == {"certification", "purchase_order"}
    assert second["next"] is None


async def test_partners_come_and_go(stage: StageUnderTest) -> None:
    await known(stage)
    start = await ok(stage, "GET", "/partners")
    assert {partner["code"] for partner in start["items"]} == {"nafin", "bancomext", "cluster"}
    gone = {"name": "Nacional Financiera", "kind": "development_bank", "sla_days": 20, "active": False}
    await ok(stage, "PUT", "/partners/nafin", gone, role=Role.OPERATOR)
    await stage.sweep()
    page = await ok(stage, "GET", "/needs?eligible_partner=nafin", role=Role.OPERATOR)
    assert page["items"] == []
    assert "nafin-eco-credit" in {product["code"] for product in (await ok(stage, "GET", "/products"))["items"]}


async def test_a_partner_is_changed_as_it_was_seen(stage: StageUnderTest) -> None:
    operator = stage.headers(Role.OPERATOR)
    body = {"name": "Banco Ejemplo", "kind": "bank", "sla_days": 20}
    path = "/partners/ejemplo"
    assert (await stage.client.put(path, json=body, headers=operator)).status_code == 428
    added = await stage.client.put(path, json=body, headers=operator | {"If-Match": "*"})
    seen = await stage.client.get(path, headers=operator)
    assert (added.status_code, added.headers["ETag"]) == (200, seen.headers["ETag"])
    headers = operator | {"If-Match": seen.headers["ETag"]}
    first, second = [await stage.client.put(path, json=body | {"sla_days": 9}, headers=headers) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 412)
