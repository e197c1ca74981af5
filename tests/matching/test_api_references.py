"""What an anchor calls its requirements, over HTTP."""

from uuid import UUID

from shared.testing.stage import StageUnderTest
from tests.matching.given import ANCHOR
from tests.matching.test_api import OTHER, SPECIFICATION, joined, published


async def test_a_new_title_keeps_the_id(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    before = await published(stage)
    own = stage.headers("anchor", anchor_id=ANCHOR) | {"If-Match": "*"}
    asked = SPECIFICATION | {"title": "Soporte de motor, derecho"}
    after = (await stage.client.put(f"/requirements/{before['id']}", json=asked, headers=own)).json()
    assert (after["id"], after["version"], after["specification"]["title"]) == (before["id"], 2, asked["title"])


async def test_an_anchor_names_its_requirements_each_otherwise(stage: StageUnderTest) -> None:
    await stage.consume(joined(), joined(OTHER, "TRACTORA-2"))

    async def publish(anchor: UUID, reference: str | None) -> tuple[int, str | None]:
        body = {"specification": SPECIFICATION, "reference": reference}
        response = await stage.client.post(
            "/requirements", json=body, headers=stage.headers("anchor", anchor_id=anchor)
        )
        return response.status_code, response.json().get("reference", response.json().get("title"))

    assert await publish(ANCHOR, " ab  12 ") == (201, "AB 12")
    assert await publish(ANCHOR, "AB 12") == (409, "reference_taken")
    assert await publish(OTHER, "AB 12") == (201, "AB 12")
    assert await publish(ANCHOR, None) == (201, None)
    assert (await publish(ANCHOR, " "))[0] == 422


async def test_a_requirement_is_named_and_loses_its_name(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    first, second = await published(stage), await published(stage)
    await stage.told()
    own = stage.headers("anchor", anchor_id=ANCHOR) | {"If-Match": "*"}

    async def name(id_: str, reference: str | None) -> object:
        path = f"/requirements/{id_}/reference"
        response = await stage.client.put(path, json={"reference": reference}, headers=own)
        return response.json()["reference"] if response.status_code == 200 else response.json()["title"]

    assert await name(first["id"], "a-1") == "A-1"
    assert await name(first["id"], "A-1") == "A-1"
    assert await name(second["id"], "A-1") == "reference_taken"
    assert await name(first["id"], None) is None
    assert await name(second["id"], "A-1") == "A-1"
    assert await stage.told() == [], "nobody else is told"
