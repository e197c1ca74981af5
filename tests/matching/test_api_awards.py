"""Awards over HTTP, beside changes of what they are about."""

from shared.testing.stage import StageUnderTest, types
from tests.matching.test_api import AWARD, SPECIFICATION, matched
from tests.matching.test_api_answers import buyer, changed, said, version


async def test_nothing_is_awarded_on_what_changed_since_it_was_read(stage: StageUnderTest) -> None:
    """Whatever changed of the requirement, and also where no figure of the candidate moves with it."""
    requirement, match = await matched(stage)
    for changes in ({"title": "Otra pieza"}, {"targets": {"T04": 4}}, {"must_have": ["O02"]}):
        seen = await version(stage, match)
        headers = buyer(stage) | {"If-Match": "*"}
        body = SPECIFICATION | changes
        assert (await stage.client.put(f"/requirements/{requirement}", json=body, headers=headers)).status_code == 200
        assert (await said(stage, f"{match}/award", AWARD, seen))[0] == 412
    shown = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
    assert shown["requirement_version"] == 4


async def test_an_award_stands_where_its_requirement_moves_to_another_area(stage: StageUnderTest) -> None:
    """Of a firm that offers nothing there, too: what is said from then on is of that area."""
    requirement, match = await matched(stage)
    assert (await said(stage, f"{match}/award", AWARD))[0] == 200
    await changed(stage, requirement, area="P02")
    shown = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
    assert (shown["standing"], shown["holds"], shown["area"]) == ("awarded", False, "P02")
    assert shown["award"]["annual_volume"] == AWARD["annual_volume"]
    assert "matching.match-lost" not in types(await stage.told())
    corrected = AWARD | {"reason": "volume_changed", "annual_volume": 80_000}
    assert (await said(stage, f"{match}/award", corrected, method="PUT"))[0] == 200
    assert (await said(stage, f"{match}/award/end", {"reason": "completed"}))[0] == 200
    told = [(type_, data["area"]) for type_, _, data in await stage.told()]
    assert told == [
        ("matching.contract-awarded", "P02"),
        ("matching.contract-ended", "P02"),
        ("matching.match-lost", "P02"),
    ]


async def test_a_firm_that_is_shortlisted_comes_back_with_its_requirement(stage: StageUnderTest) -> None:
    requirement, match = await matched(stage)
    assert (await said(stage, f"{match}/answer", {"answer": "shortlisted"}))[0] == 200
    standings = []
    for area in ("P02", "P01"):
        await changed(stage, requirement, area=area)
        shown = (await stage.client.get(f"/matches/{match}", headers=buyer(stage))).json()
        standings.append((shown["standing"], shown["holds"], shown["area"]))
    assert standings == [("shortlisted", False, "P02"), ("shortlisted", True, "P01")]
