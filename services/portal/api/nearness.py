"""Who comes near to what is asked, and what would help a firm most: looked up at matching, which judges it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.portal.api.asking import Anybody
from services.portal.api.my_firm import STAYING, Own
from services.portal.api.requirements import PAGE, Buyer, own
from services.portal.store import demand

After = Annotated[str, Query(max_length=400)]


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/requirements/{requirement_id}/near")
    async def show_near(asked: Anybody, scope: Buyer, requirement_id: UUID, after: After = "") -> Response:
        """How many firms miss it by one gate, and how near they come."""
        requirement = await own(asked, scope, requirement_id)
        path = f"/requirements/{requirement_id}/near-misses"
        counts = await asked.beside("matching", f"{path}/counts")
        near = await asked.beside("matching", path, **_part(after))
        return asked.page("near.html", requirement=requirement, counts=counts, near=near)

    @pages.get("/my-firm/lifts", dependencies=[STAYING])
    async def show_lifts(asked: Anybody, firm: Own, after: After = "", lifts_after: After = "") -> Response:
        """What single changes would open or improve most for the firm, and what it misses by one gate."""
        path = f"/suppliers/{firm.id}"
        async with asked.portal.database.connection() as connection:
            anchors = await demand.all_anchors(connection)
        return asked.page(
            "my_lifts.html",
            lifts=await asked.beside("matching", f"{path}/lifts", **_part(lifts_after)),
            near=await asked.beside("matching", f"{path}/near-misses", **_part(after)),
            anchors={str(id_): anchor.name for id_, anchor in anchors.items()},
            names=await asked.areas(),
        )

    return pages


def _part(after: str) -> dict[str, str | int]:
    return {"limit": PAGE} | ({"after": after} if after else {})
