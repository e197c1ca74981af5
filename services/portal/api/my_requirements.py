"""What is asked in a firm's areas, and how the firm stands on each requirement."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Response

from services.portal.api.asking import Anybody
from services.portal.api.my_firm import STAYING, Own
from services.portal.stages import StageProblem
from services.portal.store import demand

REQUIREMENTS = "/my-firm/requirements"
PAGE = 50
Short = Annotated[str, Query(max_length=120)]


def router() -> APIRouter:
    pages = APIRouter(prefix=REQUIREMENTS, dependencies=[STAYING])

    @pages.get("")
    async def list_asked(asked: Anybody, firm: Own, after: Short = "", area: Short = "") -> Response:
        """What is open now, as the stage shows it to the firm."""
        chosen = {name: value for name, value in (("after", after), ("area", area)) if value}
        found = (await asked.ask("matching", f"/suppliers/{firm.id}/requirements", limit=PAGE, **chosen)).body
        async with asked.portal.database.connection() as connection:
            anchors = await demand.all_anchors(connection)
        return asked.page(
            "my_requirements.html",
            found=found["items"],
            next=found["next"],
            areas=() if firm.profile is None else firm.profile.areas,
            names=await asked.areas(),
            anchors={str(id_): anchor.name for id_, anchor in anchors.items()},
        )

    @pages.get("/{requirement_id}")
    async def show_asked(asked: Anybody, firm: Own, requirement_id: UUID) -> Response:
        """One of them whole: what keeps the firm from it, and where it loses points."""
        try:
            found = (await asked.ask("matching", f"/suppliers/{firm.id}/requirements/{requirement_id}")).body
        except StageProblem as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            raise HTTPException(404) from error
        async with asked.portal.database.connection() as connection:
            anchors = await demand.all_anchors(connection)
        names = {str(id_): anchor.name for id_, anchor in anchors.items()}
        return asked.page("my_requirement.html", each=found, names=await asked.areas(), anchors=names)

    return pages
