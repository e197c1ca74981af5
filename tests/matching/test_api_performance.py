"""Performance after award over HTTP: the anchor reports a month, the firm reads and answers it."""

from typing import Any

from shared.testing.stage import StageUnderTest, types
from tests.matching.given import SUPPLIER, an_id
from tests.matching.test_api import AWARD, OTHER, matched
from tests.matching.test_api_answers import buyer, problem, said

FIGURES = {"ppm": 90, "otif_bp": 9_000, "delivered": 7_500}
CONTEST = {"answer": "contested", "reason": "defects"}
FIRM = f"/suppliers/{SUPPLIER}/performance"


async def awarded(stage: StageUnderTest) -> str:
    """The match of a firm from which the anchor has bought for long."""
    _, match = await matched(stage)
    assert (await said(stage, f"{match}/award", AWARD))[0] == 200
    async with stage.database.transaction() as connection:
        await connection.execute(
            "UPDATE offering SET answers = jsonb_set(answers, '{0,said,0,at}', '\"2025-01-20T12:00:00Z\"')"
        )
    return match


async def test_an_anchor_reports_and_the_firm_answers(stage: StageUnderTest) -> None:
    match = await awarded(stage)
    firm = stage.headers("supplier", supplier_id=SUPPLIER)
    for month in ("2025-02", "2025-03"):
        status, view = await said(stage, f"{match}/performance/{month}", FIGURES, method="PUT")
        assert status == 200, view
    assert [(each["month"], each["ppm"], each["answer"]) for each in view["performance"]] == [
        ("2025-03", 90, None),
        ("2025-02", 90, None),
    ]
    worst = {"ppm": 90, "ppm_in": "2025-03", "otif_bp": 9_000, "otif_in": "2025-03"}
    mine = await stage.client.get(FIRM, headers=firm)
    assert mine.json()["measured"] == {
        "ppm": 90,
        "otif_bp": 9_000,
        "anchors": 1,
        "months": 2,
        "until": "2026-03-31",
        "worst": worst,
    }
    path = f"{FIRM}/{match}/2025-03/answer"
    seen = firm | {"If-Match": mine.headers["ETag"]}
    answer = await stage.client.put(path, json=CONTEST, headers=seen)
    assert (answer.status_code, answer.json()["reports"][0]["answer"]) == (200, "contested")
    assert (await stage.client.put(path, json=CONTEST, headers=seen)).status_code == 412
    other = stage.headers("supplier", supplier_id=an_id("another")) | {"If-Match": "*"}
    assert (await stage.client.put(path, json=CONTEST, headers=other)).status_code == 403
    assert types(await stage.told())[-3:] == [
        "matching.performance-reported",
        "matching.performance-reported",
        "matching.performance-answered",
    ]


async def test_an_anchor_takes_a_report_back(stage: StageUnderTest) -> None:
    match = await awarded(stage)
    for month in ("2025-02", "2025-03"):
        await said(stage, f"{match}/performance/{month}", FIGURES, method="PUT")
    path, why = f"{match}/performance/2025-02/retraction", {"reason": "other_firm"}
    status, view = await said(stage, path, why)
    assert status == 200, view
    assert [(each["month"], each["retraction"]) for each in view["performance"]] == [
        ("2025-03", None),
        ("2025-02", "other_firm"),
    ]
    assert await problem(stage, f"{match}/performance/2025-01/retraction", why) == (404, "report_unknown")
    assert (await problem(stage, path, {"reason": "contested"}))[0] == 422
    mine = await stage.client.get(FIRM, headers=stage.headers("supplier", supplier_id=SUPPLIER))
    assert (mine.json()["measured"], len(mine.json()["reports"])) == (None, 2)
    assert types(await stage.told())[-1] == "matching.performance-retracted"


async def test_what_cannot_be_meant_is_refused_with_what_to_do(stage: StageUnderTest) -> None:
    match = await awarded(stage)

    async def put(month: str, **more: Any) -> tuple[int, str]:
        return await problem(stage, f"{match}/performance/{month}", FIGURES | more, method="PUT")

    assert await put("2099-01") == (422, "month_not_over")
    assert await put("2024-12") == (409, "month_not_bought")
    assert await put("2025-02", delivered=90_001) == (422, "report_volume")
    assert await put("2025-02", delivered=0) == (422, "nothing_delivered")
    for wrong in ({"ppm": 1_000_001}, {"otif_bp": -1}, {"delivered": -1}, {"delivered": "7"}):
        assert (await put("2025-02", **wrong))[0] == 422
    headers = buyer(stage) | {"If-Match": "*", "Accept-Language": "en"}
    answer = await stage.client.put(f"/matches/{match}/performance/2025-13", json=FIGURES, headers=headers)
    assert "as 2026-10" in answer.text
    own = stage.headers("anchor", anchor_id=OTHER) | {"If-Match": "*"}
    assert (
        await stage.client.put(f"/matches/{match}/performance/2025-02", json=FIGURES, headers=own)
    ).status_code == 403
    firm = stage.headers("supplier", supplier_id=SUPPLIER) | {"If-Match": "*"}
    for body in ({"answer": "contested"}, {"answer": "accepted", "reason": "month"}):
        assert (await stage.client.put(f"{FIRM}/{match}/2025-02/answer", json=body, headers=firm)).status_code == 422
    unknown = await stage.client.put(f"{FIRM}/{match}/2025-02/answer", json=CONTEST, headers=firm)
    assert (unknown.status_code, unknown.json()["title"]) == (404, "report_unknown")
