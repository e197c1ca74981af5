"""Firms read what is asked in their areas, and nothing that who asks keeps to itself."""

from datetime import timedelta
from typing import Any

from services.matching.views.reading import TOLD, ReadingView
from shared.contracts.specification import Specification
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role
from shared.testing.routes import roles_by_route
from shared.testing.stage import StageUnderTest
from tests.matching.given import ANCHOR, SUPPLIER, an_id, completed, registered
from tests.matching.test_api import SPECIFICATION, items, joined

OWN = f"/suppliers/{SUPPLIER}/requirements"
NOT_TOLD = {
    "named": "it says who asks, and no more",
    "plant_latitude_e6": "where it is says who asks; firms read how far that may be",
    "plant_longitude_e6": "the same",
}


async def _publish(stage: StageUnderTest, **changed: Any) -> str:
    body = {"specification": SPECIFICATION | changed}
    answer = await stage.client.post("/requirements", json=body, headers=stage.headers("anchor", anchor_id=ANCHOR))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _firm(stage: StageUnderTest) -> dict[str, str]:
    return stage.headers("supplier", supplier_id=SUPPLIER)


def test_all_that_is_asked_is_read_but_what_is_named_here() -> None:
    """A field that a specification gets is told, or a reason is given why not."""
    assert {*TOLD} | NOT_TOLD.keys() == {*Specification.model_fields}
    assert {*TOLD} <= {*ReadingView.model_fields}


async def test_a_firm_reads_what_is_open_in_its_areas_and_how_it_stands(stage: StageUnderTest) -> None:
    await stage.consume(joined(), registered())
    met = await _publish(stage)
    unmet = await _publish(stage, title="Otra", materials=["zinc"])
    await _publish(stage, title="De otra área", area="P02")
    closed = await _publish(stage, title="Cerrada")
    buyer = stage.headers("anchor", anchor_id=ANCHOR) | {"If-Match": "*"}
    await stage.client.post(f"/requirements/{closed}/closure", json={"reason": "filled"}, headers=buyer)
    first, second = await items(stage, OWN, _firm(stage))
    assert [each["requirement_id"] for each in (first, second)] == [met, unmet]
    assert (first["met"], first["score"], first["gates"]) == (
        True,
        sum(each["points"] for each in first["criteria"]),
        [],
    )
    assert (second["met"], second["score"], second["criteria"]) == (False, None, [])
    assert [(each["gate"], each["need"], each["offer"]) for each in second["gates"]] == [("materials", "zinc", "acero")]
    answer = await stage.client.get(OWN, params={"area": "P02"}, headers=_firm(stage))
    assert answer.json()["items"] == []
    for id_, status in ((met, 200), (closed, 404), (str(an_id("none")), 404)):
        answer = await stage.client.get(f"{OWN}/{id_}", headers=_firm(stage))
        assert answer.status_code == status, id_


async def test_who_asks_is_named_where_it_chose_so_or_knows_the_firm(stage: StageUnderTest) -> None:
    await stage.consume(joined(), registered())
    await _publish(stage)
    named = await _publish(stage, title="Con nombre", named=True)
    own = _firm(stage)
    alignment = f"/suppliers/{SUPPLIER}/alignment"

    async def told() -> list[set[str | None]]:
        aligned = (await stage.client.get(alignment, headers=own)).json()["requirements"]
        matches = await items(stage, f"/suppliers/{SUPPLIER}/matches", own)
        return [{each["anchor_id"] for each in some} for some in (await items(stage, OWN, own), aligned, matches)]

    await stage.sweep()
    assert {each["requirement_id"]: each["anchor_id"] for each in await items(stage, OWN, own)}[named] == str(ANCHOR)
    assert await told() == [{None, str(ANCHOR)}, {None, str(ANCHOR)}, set()]
    await stage.consume(completed("T05"))
    assert (await told())[2] == {None, str(ANCHOR)}
    staff = await items(stage, f"/suppliers/{SUPPLIER}/matches", stage.headers("mentor"))
    assert {each["anchor_id"] for each in staff} == {str(ANCHOR)}
    await stage.consume(completed(version=2))
    assert await told() == [{str(ANCHOR)}] * 3


async def test_no_route_that_a_firm_reads_says_who_asks_unnamed_or_what_is_not_for_it(stage: StageUnderTest) -> None:
    await stage.consume(joined(), registered())
    met = await _publish(stage)
    near = await _publish(stage, title="Por una sola puerta", materials=["zinc"])
    elsewhere = await _publish(stage, title="De otra área", area="P02")
    await stage.sweep()
    own, staff = _firm(stage), stage.headers("mentor")
    said = []
    for route, roles in roles_by_route(stage.router).items():
        method, path = route.split(" ")
        if method != "GET" or "{supplier_id}" not in path or Role.SUPPLIER not in (roles or ()):
            continue
        for id_ in (met, near) if "{requirement_id}" in path else ("",):
            answer = await stage.client.get(path.format(supplier_id=SUPPLIER, requirement_id=id_), headers=own)
            assert answer.status_code == 200, (path, answer.text)
            assert str(ANCHOR) not in answer.text, path
            said.append(answer.text)
        if "{requirement_id}" in path:
            there = path.format(supplier_id=SUPPLIER, requirement_id=elsewhere)
            assert (await stage.client.get(there, headers=own)).status_code == 404, path
    assert any(near in each for each in said)
    (missed,) = await items(stage, f"/suppliers/{SUPPLIER}/near-misses", staff)
    assert (missed["requirement_id"], missed["anchor_id"]) == (near, str(ANCHOR))


async def test_a_firm_reads_the_waivers_that_count_for_it_and_no_other_s(stage: StageUnderTest) -> None:
    await stage.consume(joined(), registered())
    id_ = await _publish(stage, force_t=400, materials=["acero"], envelope_mm=[1, 1, 1])
    buyer = stage.headers("anchor", anchor_id=ANCHOR) | {"If-Match": "*"}
    until = str(day_of(now()) + timedelta(days=9))
    given = {"reason": "Secreto", "until": until}
    for gate, plan, whom in (
        ("qms", "Propio", str(SUPPLIER)),
        ("force", "De todas", None),
        ("materials", "De otra", str(an_id("other"))),
        ("envelope", "Retirado", str(SUPPLIER)),
    ):
        body = given | {"gate": gate, "plan": plan} | ({"supplier_id": whom} if whom else {})
        answer = await stage.client.post(f"/requirements/{id_}/waivers", json=body, headers=buyer)
        assert answer.status_code == 200, answer.text
    revoked = f"/requirements/{id_}/waivers/{answer.json()['waivers'][-1]['id']}/revocation"
    assert (await stage.client.post(revoked, headers=buyer)).status_code == 200
    told = (await stage.client.get(f"{OWN}/{id_}", headers=_firm(stage))).json()["waivers"]
    assert told == [
        {"gate": "qms", "plan": "Propio", "until": until},
        {"gate": "force", "plan": "De todas", "until": until},
    ]


async def test_a_firm_reads_for_itself_alone(stage: StageUnderTest) -> None:
    await stage.consume(joined(), registered())
    id_ = await _publish(stage)
    other = stage.headers("supplier", supplier_id=str(an_id("other")))
    for path in (OWN, f"{OWN}/{id_}"):
        assert (await stage.client.get(path, headers=other)).status_code == 403
    unknown = f"/suppliers/{an_id('other')}/requirements"
    assert (await stage.client.get(unknown, headers=other)).status_code == 404
