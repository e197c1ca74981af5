"""Awards over HTTP, beside changes of what they are about."""

from shared.testing.stage import StageUnderTest
from tests.matching.test_api import AWARD, SPECIFICATION, matched
from tests.matching.test_api_answers import buyer, said, version


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
