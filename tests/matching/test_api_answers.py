"""What a buyer answers over HTTP, two buyers at once among them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.matching.domain.match import match_id
from shared.contracts.registration import SupplierWithdrawn
from shared.days import day_of
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest, types
from tests.matching.given import ANCHOR, SUPPLIER, an_id, completed, registered
from tests.matching.test_api import AWARD, OTHER, SPECIFICATION, items, joined, matched, published

SHORTLIST = {"answer": "shortlisted"}
DECLINE = {"answer": "declined", "reason": "price"}


def buyer(stage: StageUnderTest, subject: str = "buyer-1") -> dict[str, str]:
    return stage.headers("anchor", subject=subject, anchor_id=ANCHOR)


async def version(stage: StageUnderTest, match: str) -> str:
    return (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).headers["ETag"]


async def said(
    stage: StageUnderTest, path: str, body: dict[str, Any], seen: str = "*", by: str = "buyer-1", method: str = "POST"
) -> tuple[int, dict[str, Any]]:
    headers = buyer(stage, by) | {"If-Match": seen}
    response = await stage.client.request(method, f"/matches/{path}", json=body, headers=headers)
    found: dict[str, Any] = response.json()
    return response.status_code, found


async def problem(stage: StageUnderTest, path: str, body: dict[str, Any], **more: Any) -> tuple[int, str]:
    status, found = await said(stage, path, body, **more)
    return status, found["title"]


async def changed(stage: StageUnderTest, requirement: str, **changes: Any) -> None:
    headers = buyer(stage) | {"If-Match": "*"}
    body = SPECIFICATION | changes
    assert (await stage.client.put(f"/requirements/{requirement}", json=body, headers=headers)).status_code == 200
    await stage.sweep()


async def test_a_buyer_sees_ranked_candidates_and_shortlists(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage)
    path = f"/requirements/{requirement}/matches"
    assert (await stage.client.get(path, headers=stage.headers("anchor", anchor_id=OTHER))).status_code == 403
    (view,) = await items(stage, path, buyer(stage))
    assert (view["id"], view["supplier_id"], view["score"], view["grade"]) == (match, str(SUPPLIER), 10_000, "C")
    assert sum(criterion["points"] for criterion in view["criteria"]) == 10_000
    answer, any_ = f"/matches/{match}/answer", {"If-Match": "*"}
    assert (await stage.client.post(answer, json=SHORTLIST, headers=any_)).status_code == 401
    other = stage.headers("anchor", anchor_id=OTHER) | any_
    assert (await stage.client.post(answer, json=SHORTLIST, headers=other)).status_code == 403
    status, view = await said(stage, f"{match}/answer", SHORTLIST)
    assert (status, view["standing"]) == (200, "shortlisted")
    (view,) = await items(stage, path, buyer(stage))
    assert view["standing"] == "shortlisted"


async def test_of_two_buyers_the_second_sees_what_the_first_said(stage: StageUnderTest) -> None:
    _, match = await matched(stage)
    seen = await version(stage, match)
    first, second = await asyncio.gather(
        said(stage, f"{match}/answer", SHORTLIST, seen, "buyer-1"),
        said(stage, f"{match}/answer", DECLINE, seen, "buyer-2"),
    )
    assert sorted((first[0], second[0])) == [200, 412]
    present = await version(stage, match)
    assert next(found["version"] for status, found in (first, second) if status == 412) == present
    status, view = await said(stage, f"{match}/answer", DECLINE, present, "buyer-2")
    assert (status, view["standing"]) == (200, "declined")
    assert {each["by"] for each in view["answers"]} <= {"buyer-1", "buyer-2"}
    for act, body in (("answer", SHORTLIST), ("award", AWARD)):
        unseen = await stage.client.post(f"/matches/{match}/{act}", json=body, headers=buyer(stage))
        assert (unseen.status_code, unseen.json()["title"]) == (428, "if_match_missing")
    assert await problem(stage, f"{match}/award", AWARD, seen=seen) == (412, "version_differs")


async def test_a_decline_needs_a_reason_and_an_award_needs_an_open_match(stage: StageUnderTest) -> None:
    _, match = await matched(stage)
    answer, award = f"{match}/answer", f"{match}/award"
    for body in ({"answer": "declined"}, {"answer": "shortlisted", "reason": "price"}, {"answer": "maybe"}):
        assert (await said(stage, answer, body))[0] == 422
    _, view = await said(stage, answer, DECLINE)
    assert (view["standing"], view["decline_reason"]) == ("declined", "price")
    assert await problem(stage, award, AWARD) == (409, "match_declined")
    await said(stage, answer, SHORTLIST)
    nothing = AWARD | {"annual_value": {"amount": "0.00", "currency": "MXN"}}
    assert (await said(stage, award, nothing))[0] == 422
    _, view = await said(stage, award, AWARD)
    assert view["award"]["annual_value"]["amount"] == "1500000.00"
    assert (types(await stage.told()))[-3:] == [
        "matching.match-answered",
        "matching.match-answered",
        "matching.contract-awarded",
    ]


async def test_an_award_is_corrected_and_ended_with_its_history(stage: StageUnderTest) -> None:
    _, match = await matched(stage)
    await said(stage, f"{match}/award", AWARD)
    less = AWARD | {"annual_volume": 80_000, "reason": "volume_changed"}
    assert (await said(stage, f"{match}/award", AWARD, method="PUT"))[0] == 422
    status, view = await said(stage, f"{match}/award", less, by="buyer-2", method="PUT")
    assert (status, view["standing"], view["award"]["annual_volume"]) == (200, "awarded", 80_000)
    status, view = await said(stage, f"{match}/award/end", {"reason": "quality"})
    assert (status, view["standing"], view["award"], view["holds"]) == (200, "ended", None, True)
    assert [(each["act"], each["by"], each["annual_volume"], each["reason"]) for each in view["answers"]] == [
        ("award", "buyer-1", 90_000, None),
        ("correct", "buyer-2", 80_000, "volume_changed"),
        ("end", "buyer-1", None, "quality"),
    ]
    told = await stage.told()
    assert types(told)[-3:] == ["matching.contract-awarded", "matching.contract-awarded", "matching.contract-ended"]
    assert "buyer-" not in str(told)
    assert await problem(stage, f"{match}/award", less, method="PUT") == (409, "award_missing")
    assert (await said(stage, f"{match}/award", AWARD))[1]["standing"] == "awarded"


async def test_an_award_is_compared_with_what_is_asked_and_awarded(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage)
    second = an_id("second firm")
    twins = [event.model_copy(update={"supplier_id": second}) for event in (registered(), completed())]
    await stage.consume(*twins)
    other = str(match_id(second, UUID(requirement)))
    absurd = {"annual_value": {"amount": "0.01", "currency": "XXX"}, "annual_volume": 2_000_000_000}
    assert await problem(stage, f"{match}/award", absurd) == (422, "award_currency")
    absurd["annual_value"] = {"amount": "0.01", "currency": "MXN"}
    assert await problem(stage, f"{match}/award", absurd) == (422, "award_price")
    assert (await said(stage, f"{match}/award", AWARD))[0] == 200
    assert await problem(stage, f"{other}/award", AWARD) == (409, "award_volume")
    rest = AWARD | {"annual_volume": 10_000}
    assert (await said(stage, f"{other}/award", rest))[0] == 200
    more = AWARD | {"annual_volume": 90_001, "reason": "mistyped"}
    assert await problem(stage, f"{match}/award", more, method="PUT") == (409, "award_volume")


async def test_what_nobody_knows_is_made_sure_of_before_an_award(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    requirement = await published(stage, materials=["PA6-GF30"], force_t=400, must_have=["O01"])
    await stage.consume(registered(processes=[{"area": "P01", "materials": ["resina K-7"], "free_capacity": 100_000}]))
    await stage.consume(completed())
    match = str(match_id(SUPPLIER, UUID(requirement["id"])))
    view = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
    assert (view["unknown"], view["blocked_by"], view["not_evaluated"]) == (["materials", "force"], ["O01"], ["O01"])
    path = f"/suppliers/{SUPPLIER}/alignment"
    alignment = (await stage.client.get(path, headers=stage.headers("operator"))).json()
    assert alignment["requirements"][0]["unknown"] == ["materials", "force"]
    assert await problem(stage, f"{match}/award", AWARD) == (409, "match_blocked")
    event = completed(version=2)
    await stage.consume(event.model_copy(update={"levels": {"O01": 3}}))
    assert await problem(stage, f"{match}/award", AWARD) == (409, "gates_unknown")
    some = AWARD | {"confirmed": ["materials"]}
    assert await problem(stage, f"{match}/award", some) == (409, "gates_unknown")
    status, view = await said(stage, f"{match}/award", AWARD | {"confirmed": ["materials", "force"]})
    assert (status, view["answers"][0]["confirmed"]) == (200, ["materials", "force"])


async def test_of_two_awards_of_one_volume_at_once_one_is_taken(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage)
    second = an_id("second firm")
    await stage.consume(*(event.model_copy(update={"supplier_id": second}) for event in (registered(), completed())))
    other = str(match_id(second, UUID(requirement)))
    both = await asyncio.gather(*(said(stage, f"{each}/award", AWARD) for each in (match, other)))
    assert sorted(status for status, _ in both) == [200, 409]


async def test_a_requirement_that_is_mistyped_and_put_back_has_its_answers_again(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage)
    await said(stage, f"{match}/answer", DECLINE)
    await changed(stage, requirement, materials=["zinc"])
    lost = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
    assert (lost["holds"], lost["score"], lost["standing"], lost["supplier_id"]) == (False, None, "declined", None)
    assert await problem(stage, f"{match}/answer", SHORTLIST) == (409, "match_lost")
    (listed,) = await items(stage, f"/requirements/{requirement}/matches", buyer(stage))
    assert (listed["id"], listed["holds"], listed["standing"]) == (match, False, "declined")
    (listed,) = await items(stage, f"/suppliers/{SUPPLIER}/matches", stage.headers("operator"))
    assert (listed["id"], listed["holds"]) == (match, False)
    await changed(stage, requirement)
    (view,) = await items(stage, f"/requirements/{requirement}/matches", buyer(stage))
    assert (view["holds"], view["standing"], view["decline_reason"]) == (True, "declined", "price")
    (*_, found) = [event for event in await stage.told() if event.type == "matching.match-found"]
    assert found.data["standing"] == "declined"


async def test_a_requirement_that_was_closed_opens_again_with_its_candidates_and_their_answers(
    stage: StageUnderTest,
) -> None:
    requirement, match = await matched(stage)
    await said(stage, f"{match}/answer", SHORTLIST)
    path = f"/requirements/{requirement}"
    await stage.client.post(f"{path}/closure", json={"reason": "filled"}, headers=buyer(stage) | {"If-Match": "*"})
    await stage.sweep()
    lost = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
    assert (lost["holds"], lost["standing"], lost["supplier_id"]) == (False, "shortlisted", str(SUPPLIER))
    seen = (await stage.client.get(path, headers=buyer(stage))).headers["ETag"]
    unseen = await stage.client.post(f"{path}/reopening", json={}, headers=buyer(stage))
    assert unseen.status_code == 428
    open_until = str(day_of(now()) + timedelta(days=3))
    again = await stage.client.post(
        f"{path}/reopening", json={"open_until": open_until}, headers=buyer(stage) | {"If-Match": seen}
    )
    view = again.json()
    assert (view["status"], view["closed_reason"], view["specification"]["open_until"]) == ("open", None, open_until)
    await stage.told()
    await stage.sweep()
    assert types(await stage.told()) == ["matching.offering-aligned", "matching.match-found"]
    (view,) = await items(stage, f"{path}/matches", buyer(stage))
    assert (view["id"], view["holds"], view["standing"]) == (match, True, "shortlisted")
    other = stage.headers("anchor", anchor_id=OTHER) | {"If-Match": "*"}
    assert (await stage.client.post(f"{path}/reopening", json={}, headers=other)).status_code == 403


async def test_a_firm_that_a_buyer_went_on_with_is_never_hidden_again(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage)
    await said(stage, f"{match}/answer", SHORTLIST)
    await stage.consume(completed("T05", version=2))
    (view,) = await items(stage, f"/requirements/{requirement}/matches", buyer(stage))
    assert (view["supplier_id"], view["blocked_by"]) == (str(SUPPLIER), ["T05"])


async def test_what_was_answered_of_firms_that_match_no_more_is_listed_behind_the_rest(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage)
    declined, bought, held = (an_id(name) for name in ("declined", "bought", "held"))
    for firm in (declined, bought, held):
        twins = (event.model_copy(update={"supplier_id": firm}) for event in (registered(), completed()))
        await stage.consume(*twins)
    await said(stage, f"{match_id(declined, UUID(requirement))}/answer", DECLINE)
    await said(stage, f"{match_id(bought, UUID(requirement))}/award", AWARD)
    for firm in (declined, bought):
        gone = SupplierWithdrawn(supplier_id=firm, reason="asked", withdrawn_at=now())
        await stage.consume(gone)
    path, pages, cursor = f"/requirements/{requirement}/matches", [], None
    for _ in range(5):
        query = {"limit": 1} | ({"after": cursor} if cursor else {})
        page = (await stage.client.get(path, params=query, headers=buyer(stage))).json()
        pages += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    ids = [str(match_id(firm, UUID(requirement))) for firm in (*sorted((SUPPLIER, held)), *sorted((declined, bought)))]
    assert [each["id"] for each in pages] == ids
    assert [each["holds"] for each in pages] == [True, True, False, False]
    assert match in ids


async def test_what_is_bought_of_a_firm_that_fits_no_more_says_so(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage)
    await said(stage, f"{match}/award", AWARD)
    headers = buyer(stage) | {"If-Match": "*"}
    less = SPECIFICATION | {"annual_volume": 89_999}
    refusal = await stage.client.put(f"/requirements/{requirement}", json=less, headers=headers)
    assert (refusal.status_code, refusal.json()["title"]) == (409, "volume_awarded")
    assert "90000" in refusal.json()["detail"].replace(",", "")
    await changed(stage, requirement, annual_volume=90_000)
    await stage.consume(completed("T05", version=2))
    shown = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
    assert (shown["holds"], shown["blocked_by"], shown["standing"]) == (True, ["T05"], "awarded")
    await changed(stage, requirement, materials=["zinc"], wishes=["materials"])
    shown = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
    assert [(each["gate"], each["reason"], each["need"]) for each in shown["conceded"]] == [
        ("materials", "wished", "zinc")
    ]
    await changed(stage, requirement, materials=["zinc"])
    shown = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
    assert (shown["holds"], shown["score"], shown["supplier_id"]) == (False, None, str(SUPPLIER))
    assert shown["award"]["annual_volume"] == 90_000


async def test_a_blocked_firm_is_not_introduced(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage, "T05")
    path = f"/requirements/{requirement}/matches"
    (view,) = await items(stage, path, buyer(stage))
    assert (view["supplier_id"], view["blocked_by"]) == (None, ["T05"])
    (view,) = await items(stage, path, stage.headers("operator"))
    assert view["supplier_id"] == str(SUPPLIER)
    assert await problem(stage, f"{match}/answer", SHORTLIST) == (409, "match_blocked")
    assert await problem(stage, f"{an_id('no match')}/answer", SHORTLIST) == (404, "match_unknown")


async def test_a_match_is_its_anchor_s(stage: StageUnderTest) -> None:
    _, match = await matched(stage)
    await stage.consume(joined())
    other = stage.headers("anchor", anchor_id=OTHER)
    assert (await stage.client.get(f"/matches/{match}", headers=other)).status_code == 403
    assert (await stage.client.get(f"/matches/{match}", headers=stage.headers("operator"))).status_code == 200
    assert (await published(stage, title="Otro"))["status"] == "open"
