"""Near misses and lifts over HTTP."""

from typing import Any
from uuid import UUID

from services.matching.domain.match import match_id
from shared.contracts.registration import SupplierRegistered
from shared.testing.stage import StageUnderTest
from tests.matching.given import ANCHOR, SUPPLIER, an_id, completed, registered
from tests.matching.test_api import OTHER, items, joined, published


def firm(name: str, **changes: Any) -> SupplierRegistered:
    return registered(**changes).model_copy(update={"supplier_id": an_id(name)})


def line(**changes: Any) -> list[dict[str, Any]]:
    return [{"area": "P01", "materials": ["acero"], "free_capacity": 100_000} | changes]


async def asked(stage: StageUnderTest, **changes: Any) -> str:
    """A requirement that one firm meets, two miss by their certificate, one by its press, one by both."""
    await stage.consume(joined(), joined(OTHER, "TRACTORA-2"))
    wanted = await published(stage, force_t=400, qms="iso_9001", qms_waivable=False, **changes)
    await stage.consume(
        registered(processes=line(force_t=400)),
        firm("weak", processes=line(force_t=100)),
        firm("without", processes=line(force_t=400, free_capacity=50_000), qms="documented"),
        firm("nothing", processes=line(force_t=400), qms="none"),
        firm("both", processes=line(force_t=100), qms="none"),
        firm("elsewhere", processes=line(area="P02"), qms="none"),
    )
    await stage.sweep()
    id_: str = wanted["id"]
    return id_


async def test_a_buyer_sees_how_many_miss_by_what_and_who_comes_nearest(stage: StageUnderTest) -> None:
    path = f"/requirements/{await asked(stage)}/near-misses"
    own = stage.headers("anchor", anchor_id=ANCHOR)
    counts = (await stage.client.get(f"{path}/counts", headers=own)).json()
    assert counts["gates"] == [{"gate": "qms", "firms": 2}, {"gate": "force", "firms": 1}]
    found = await items(stage, path, own)
    assert [each["supplier_id"] for each in found] == [None] * 3
    by_points = sorted(((each["points"], each["gate"], each["need"], each["offer"]) for each in found), reverse=True)
    assert by_points == [
        (8_500, "qms", "iso_9001", "none"),
        (8_500, "force", "400 t", "100 t"),
        (8_250, "qms", "iso_9001", "documented"),
    ]
    assert [each["points"] for each in found] == [8_500, 8_500, 8_250]
    seen = await items(stage, path, stage.headers("operator"))
    assert {each["supplier_id"] for each in seen} == {str(an_id(name)) for name in ("nothing", "weak", "without")}
    for part in (path, f"{path}/counts"):
        other = await stage.client.get(part, headers=stage.headers("anchor", anchor_id=OTHER))
        assert other.status_code == 403


async def test_near_misses_come_page_by_page(stage: StageUnderTest) -> None:
    path = f"/requirements/{await asked(stage)}/near-misses"
    shown, after = [], None
    while True:
        query = {"limit": 1} | ({"after": after} if after else {})
        page = (await stage.client.get(path, params=query, headers=stage.headers("operator"))).json()
        shown += [each["supplier_id"] for each in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert shown == [each["supplier_id"] for each in await items(stage, path, stage.headers("operator"))]


async def test_a_firm_sees_what_it_misses_by_one_gate_and_what_opens_it(stage: StageUnderTest) -> None:
    id_ = await asked(stage)
    path, own = f"/suppliers/{an_id('weak')}", stage.headers("supplier", supplier_id=an_id("weak"))
    (near,) = await items(stage, f"{path}/near-misses", own)
    assert (near["requirement_id"], near["gate"], near["need"], near["points"]) == (id_, "force", "400 t", 8_500)
    (lift,) = await items(stage, f"{path}/requirements/{id_}/lifts", own)
    assert (lift["attribute"], lift["to"], lift["opens"], lift["before"], lift["after"]) == (
        "force",
        "400 t",
        True,
        0,
        10_000,
    )
    (wide,) = await items(stage, f"{path}/lifts", own)
    assert (wide["attribute"], wide["area"], wide["opens"], wide["opened"]) == ("force", "P01", 1, [id_])
    assert await items(stage, f"/suppliers/{an_id('both')}/lifts", stage.headers("operator")) == []
    for part in ("near-misses", "lifts", f"requirements/{id_}/lifts"):
        other = await stage.client.get(f"{path}/{part}", headers=stage.headers("supplier", supplier_id=SUPPLIER))
        assert other.status_code == 403


async def test_what_would_lift_a_match(stage: StageUnderTest) -> None:
    id_ = await asked(stage, tolerance_um=20)
    await stage.consume(completed())
    path = f"/matches/{match_id(SUPPLIER, UUID(id_))}/lifts"
    (lift,) = await items(stage, path, stage.headers("anchor", anchor_id=ANCHOR))
    assert (lift["attribute"], lift["kind"], lift["to"], lift["opens"]) == ("tolerance", "state", "20 µm", False)
    assert (lift["before"], lift["after"], lift["supplier_id"]) == (8_500, 10_000, str(SUPPLIER))
    assert (await stage.client.get(path, headers=stage.headers("anchor", anchor_id=OTHER))).status_code == 403
